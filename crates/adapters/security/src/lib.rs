//! What keeps secrets: password hashes, signed access tokens, derived codes, and the keys behind them.
//!
//! | module | holds |
//! | --- | --- |
//! | `argon` | [`Argon2Hasher`]: passwords, slowly, a few at once |
//! | `keys` | [`Keys`]: made at the first start, in files that only their owner reads |
//! | `tokens` | [`Tokens`]: access tokens (JWT, EdDSA) |
//! | `derived` | [`DerivedCodes`]: codes and invitation tokens by keyed functions; hashes of refresh tokens |
//! | `feeds` | [`HmacFeedTokens`]: tokens of calendar feeds |
//! | `managing` | [`HmacManageTokens`]: tokens of links by which customers manage a test drive |
//! | `links` | [`HmacSigner`]: signatures of links to files |
//! | `webhooks` | [`WebhookSecrets`]: secrets of webhooks, and signatures |
//! | `push_keys` | [`push_key_candidates`]: the key that pushes are signed with |
//! | `totp` | [`TotpFactors`]: second factors, their secrets sealed |
//! | `random` | [`OsRandom`] |

mod argon;
mod derived;
mod feeds;
mod keys;
mod links;
mod managing;
mod provider;
mod push_keys;
mod random;
mod tokens;
mod totp;
mod unsubscribe;
mod webhooks;

pub use argon::Argon2Hasher;
pub use derived::DerivedCodes;
pub use feeds::HmacFeedTokens;
pub use keys::{KeyError, Keys};
pub use links::HmacSigner;
pub use managing::HmacManageTokens;
pub use push_keys::push_key_candidates;
pub use random::OsRandom;
pub use tokens::Tokens;
pub use totp::TotpFactors;
pub use unsubscribe::HmacUnsubscribeLinks;
pub use webhooks::WebhookSecrets;
