//! SMS and WhatsApp by Twilio's REST API (<https://www.twilio.com/docs/messaging/api/message-resource>), and the replies that it hands
//! on (<https://www.twilio.com/docs/usage/security>).
//!
//! | module | holds |
//! | --- | --- |
//! | `account` | [`Account`]: who sends, from which number |
//! | `carrier` | [`Twilio`]: hands messages over; asks what was sent before it sends again |
//! | `answer` | what Twilio's answers mean: again, never, or that the number said STOP |
//! | `templates` | [`Templates`]: which approved template a WhatsApp message takes |
//! | `signature` | [`Signatures`]: does a request come from Twilio? |

mod account;
mod answer;
mod carrier;
mod signature;
mod templates;

pub use account::{Account, SmsSender, is_account_sid};
pub use carrier::Twilio;
pub use signature::Signatures;
pub use templates::Templates;
