//! Closing an account, and forgetting whose it was.
//!
//! Closing is one act, and quick: a place on a dealer's staff is given up, the sessions end. What is left behind is done by a job: test
//! drives and negotiations that are still alive are called off by their own rules, one by one, the letters about that leave, a last
//! one to the person, too, and then one
//! transaction takes away everything that tells who the person was. Sales, test drives and negotiations stay as records of the
//! dealers' business, with ids in the place of names. Every step may be repeated.

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use dealers::rules::staff::StaffPatch;
use dealers::use_cases::StaffActs;
use identity::Identity;
use identity::use_cases::{erase_job, told};
use identity::user::User;
use kernel::Instant;
use kernel::act::{Act, Audit, Decide, Decision};
use kernel::error::{Common, Failure, Kind};
use kernel::event::Event;
use kernel::id::{BookingId, FileId, NegotiationId, UserId};
use kernel::job::Job;
use kernel::letter::Letter;
use kernel::patch::Patch;
use media::rules::removal;
use scheduling::use_cases::TestDrives;
use serde_json::json;

use crate::error::Error;
use crate::letters::{Courier, Secrets, Undelivered, Words};
use crate::negotiate::Negotiate;

/// What the other side reads as the reason why something is off.
const WHY: &str = "the customer closed their account";

/// Hours after which somebody is erased whatever letters still wait: a mail server that is away must not keep a person here.
const PATIENCE_HOURS: i64 = 24;

/// Closing.
#[derive(Clone)]
pub struct CloseAccount {
    /// Accounts.
    pub identity: Identity,
    /// Places on staff.
    pub staff: StaffActs,
}

impl CloseAccount {
    /// Closes the account of whoever acts. Refused to the last owner of a dealer and to admins.
    pub async fn close(&self, act: &Act) -> Result<(), Error> {
        self.identity.may_close(act).await?;
        if let Some(member) = &act.actor.person()?.staff {
            // The house takes the place back: the rules of who may change staff are about others.
            let leaving = Act::of_system(act.at, act.request_id.clone());
            let patch = StaffPatch {
                active: Patch::Value(false),
                ..StaffPatch::default()
            };
            self.staff.change(&leaving, member.staff, &patch).await?;
        }
        Ok(self.identity.close_account(act).await?)
    }
}

/// Somebody who closed their account and is not erased yet.
#[derive(Clone, Debug)]
pub struct Departing {
    /// The person.
    pub user: User,
    /// Their test drives that are still to come.
    pub drives: Vec<BookingId>,
    /// Their negotiations that are still alive.
    pub talks: Vec<NegotiationId>,
    /// Is work under way, or waiting, that knows their name, address or number? Letters to others are sent as they were meant.
    pub mentioned: bool,
}

/// What is known, under lock, when somebody is erased.
#[derive(Clone, Debug)]
pub struct ErasureFacts {
    /// The person, as they were.
    pub user: User,
    /// Are they erased already?
    pub erased: bool,
    /// Their pictures, and what they brought and nothing uses.
    pub files: Vec<FileId>,
}

/// What a person's data consists of.
#[derive(Clone, Debug, PartialEq)]
pub struct Dossier {
    /// A name for each kind of thing, and the things.
    pub parts: Vec<(&'static str, Vec<serde_json::Value>)>,
}

/// All that is kept of a person, wherever it is kept.
#[async_trait]
pub trait Persons: Send + Sync {
    /// Somebody who closed their account, with what of theirs is still to come; none where the account is open, or erased.
    async fn departing(&self, user: UserId, at: Instant) -> Result<Option<Departing>, Error>;

    /// Puts in a job about a person who is not erased yet.
    async fn postpone(&self, act: &Act, job: Job) -> Result<(), Error>;

    /// Locks the person, and takes away what tells who they were: of rows that are theirs alone the rows, of records of business the
    /// words. The files of the facts are discarded. Nothing is written where the decision says no (`false`).
    async fn erase(
        &self,
        act: &Act,
        user: UserId,
        decide: Decide<'_, ErasureFacts, bool, (), Error>,
    ) -> Result<(), Error>;

    /// All of it, to read.
    async fn dossier(&self, user: UserId) -> Result<Dossier, Common>;
}

/// Erasing.
#[derive(Clone)]
pub struct ErasePerson {
    /// What is kept.
    pub persons: Arc<dyn Persons>,
    /// Calls off test drives.
    pub drives: TestDrives,
    /// Withdraws offers.
    pub talks: Negotiate,
    /// Puts the last letter into words.
    pub words: Arc<dyn Words>,
    /// What letters need.
    pub secrets: Arc<dyn Secrets>,
    /// Carries it.
    pub courier: Arc<dyn Courier>,
}

impl ErasePerson {
    /// Erases somebody who closed their account. May be repeated, also from the middle. `message_id` names the last letter, so that a
    /// repeat of it can be known.
    pub async fn erase(&self, act: &Act, user: UserId, message_id: &str) -> Result<(), Error> {
        let Some(departing) = self.persons.departing(user, act.at).await? else {
            return Ok(());
        };
        let mut ended = false;
        for drive in &departing.drives {
            let end = self.drives.cancel(act, *drive, Some(WHY)).await;
            ended |= settled(end.map(drop).map_err(Error::from))?;
        }
        for talk in &departing.talks {
            ended |= settled(self.talks.cancel(act, *talk, Some(WHY)).await.map(drop))?;
        }
        let closed = departing.user.closed_at.unwrap_or(act.at);
        let patient = act.at < closed + TimeDelta::hours(PATIENCE_HOURS);
        // The other sides are told first, by letters that know who it was; and the person, by the last one.
        let waits = ended || departing.mentioned || !self.took_leave(&departing.user, message_id).await?;
        if waits && patient {
            return self.persons.postpone(act, erase_job(user, act.at)).await;
        }
        self.persons.erase(act, user, &|facts| Ok(erasure(facts))).await
    }

    /// The last letter goes by hand: no job may keep the address. An address that takes no letters has none to take. False where the
    /// mail server is away.
    async fn took_leave(&self, user: &User, message_id: &str) -> Result<bool, Error> {
        let letter = Letter {
            to: user.email.clone(),
            template: "account_closed".to_owned(),
            params: json!({ "first_name": user.first_name }),
            unsubscribe: None,
        };
        let envelope = self.words.envelope(message_id, &letter, self.secrets.as_ref())?;
        match self.courier.send(&envelope).await {
            Ok(()) | Err(Undelivered::ForGood(_)) => Ok(true),
            Err(Undelivered::ForNow(_)) => Ok(false),
        }
    }
}

/// Was it ended now? What has ended by itself meanwhile need not be.
fn settled(end: Result<(), Error>) -> Result<bool, Error> {
    match end {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == Kind::Conflict => Ok(false),
        Err(error) => Err(error),
    }
}

fn erasure(facts: &ErasureFacts) -> Decision<bool, ()> {
    let user = &facts.user;
    if facts.erased || user.closed_at.is_none() {
        return Decision::nothing(false, ());
    }
    let audit = Audit::new("user.erased", "user", user.id).with(json!({ "files": facts.files.len() }));
    let event = Event::new("user.erased", user.id, told(user));
    let removals: Vec<Job> = facts.files.iter().copied().map(removal).collect();
    Decision::new(true, (), audit).telling(event).then_all(removals)
}
