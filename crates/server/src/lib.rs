//! The forecourt program: configuration, composition, command line
