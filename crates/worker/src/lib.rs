//! The loop that takes jobs from the queue and does them
