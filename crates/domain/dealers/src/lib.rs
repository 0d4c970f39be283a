//! Dealers, their sites and their staff
