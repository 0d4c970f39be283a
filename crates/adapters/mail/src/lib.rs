//! Mail by SMTP, or into the log and the development mailbox
