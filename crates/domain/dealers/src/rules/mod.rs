//! Pure decisions: facts in, a decision out.

pub mod dealers;
pub mod documents;
pub mod sites;
pub mod staff;
