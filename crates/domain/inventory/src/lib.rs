//! Vehicles and the listings that sell them
