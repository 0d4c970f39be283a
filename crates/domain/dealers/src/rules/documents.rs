//! What happens to documents.

use kernel::act::{Act, Audit, Decision};
use kernel::actor::{Actor, Scope};
use kernel::error::{Common, Violations};
use kernel::event::Event;
use kernel::id::{DealerId, DocumentId};
use kernel::rights::Right;
use kernel::text;
use serde_json::json;

use crate::Error;
use crate::dealer::DealerStatus;
use crate::document::{Document, DocumentDraft, MOST_DOCUMENTS, Verdict};
use crate::ports::DealerFacts;

/// May the actor keep the documents of this dealer? Its owners may, and admins.
pub fn may_keep(actor: &Actor, dealer: DealerId, what: &'static str) -> Result<(), Error> {
    actor
        .may(Right::EditDealer, Scope::Dealer(dealer))
        .map_err(|refusal| Error::refused(refusal, what))
}

/// May the actor judge dealers and their documents? Asked before one is looked for: whoever may not learns nothing of it.
pub fn may_judge(act: &Act) -> Result<(), Error> {
    act.actor
        .may(Right::VerifyDealers, Scope::Platform)
        .map_err(|refusal| Error::refused(refusal, "document"))
}

/// A document is brought. Taking its file into use is for whoever keeps files.
pub fn add(
    act: &Act,
    id: DocumentId,
    draft: DocumentDraft,
    facts: &DealerFacts,
) -> Result<Decision<Document, Document>, Error> {
    let dealer = facts.dealer.id;
    may_keep(&act.actor, dealer, "dealer")?;
    let document = Document::brought(id, dealer, draft, act.at)?;
    if facts.documents.len() >= MOST_DOCUMENTS {
        return Err(Error::TooManyDocuments);
    }
    let detail =
        json!({ "kind": document.kind, "file_id": document.file, "expires_on": document.expires_on });
    let audit = line("dealer.document_added", &document).with(detail);
    Ok(Decision::new(document.clone(), document, audit))
}

/// An admin approves a document, or refuses it and says why. The owners are told.
pub fn review(
    act: &Act,
    verdict: Verdict,
    reason: Option<&str>,
    document: &Document,
) -> Result<Decision<Document, Document>, Error> {
    may_judge(act)?;
    act.expect_version(document.version)?;
    let reason = read_reason(verdict, reason)?;
    let after = document.clone().reviewed(verdict, reason.clone(), act.at)?;
    let audit = line("dealer.document_reviewed", &after)
        .between(
            &json!({ "status": document.status }),
            &json!({ "status": after.status }),
        )
        .because(reason);
    let payload = json!({
        "dealer_id": after.dealer, "document_id": after.id, "kind": after.kind, "status": after.status
    });
    let event = Event::new("dealer.document_reviewed", after.dealer, payload).for_dealer(after.dealer);
    Ok(Decision::new(after.clone(), after, audit).telling(event))
}

fn read_reason(verdict: Verdict, reason: Option<&str>) -> Result<Option<String>, Common> {
    let mut found = Violations::new();
    let reason = reason.filter(|r| !r.trim().is_empty());
    found.check(
        reason.is_some() || verdict == Verdict::Approve,
        "/reason",
        "required",
        || "say why you refuse the document: the dealer's owner is told".to_owned(),
    );
    let reason = found.take_opt("/reason", reason.map(|r| text::paragraphs(r, 2_000)));
    found.into_result()?;
    Ok(reason)
}

/// A document goes. The plan is what goes: its file is let go by whoever keeps files.
pub fn remove(act: &Act, id: DocumentId, facts: &DealerFacts) -> Result<Decision<Document, ()>, Error> {
    may_keep(&act.actor, facts.dealer.id, "document")?;
    let document = facts.documents.iter().find(|document| document.id == id);
    let document = document.ok_or(Common::absent("document"))?;
    act.expect_version(document.version)?;
    if rests_on(document, facts) && !others_license(act, document, facts) {
        return Err(Error::LicenceNeeded);
    }
    let detail = json!({ "kind": document.kind, "status": document.status, "file_id": document.file });
    let audit = line("dealer.document_removed", document).with(detail);
    Ok(Decision::new(document.clone(), (), audit))
}

/// Is it what the dealer was verified by? A suspended dealer is reinstated without another look at its papers.
fn rests_on(document: &Document, facts: &DealerFacts) -> bool {
    let standing = match facts.dealer.status {
        DealerStatus::Verified | DealerStatus::Suspended => true,
        DealerStatus::Pending | DealerStatus::Rejected => false,
    };
    standing && document.is_approved_licence()
}

fn others_license(act: &Act, document: &Document, facts: &DealerFacts) -> bool {
    let today = act.at.date_naive();
    let mut others = facts.documents.iter().filter(|other| other.id != document.id);
    others.any(|other| other.licenses_on(today))
}

fn line(action: &'static str, document: &Document) -> Audit {
    Audit::new(action, "document", document.id).for_dealer(document.dealer)
}
