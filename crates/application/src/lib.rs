//! The acts that cross contexts
