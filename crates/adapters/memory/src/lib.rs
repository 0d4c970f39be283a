//! Every port in memory: for tests and for programs that embed a domain crate
