//! Who gets past access, to every operation of the API document: a table that is kept in `docs/generated/access.txt`, and what
//! must hold of it whatever it says.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use forecourt_tests::cast::{Caller, Cast};
use forecourt_tests::document::{Operation, operations};
use forecourt_tests::things::Things;
use forecourt_tests::{Reply, TestApp, written};
use reqwest::Method;
use test_databases::Backend;

/// What is told above the table.
const HEAD: &str = "\
Who gets past access, to every operation of the API document. Each cell is an answer of the running product:
    ok      past access: done, or refused for another reason than who asks (400, 409, 412 and the like);
            a list of things that tells what is wrong with each (bulk-status) is told of another dealer's as of none
    401     asked to sign in
    403     known, but not allowed
    404     not there, or as if it were not there
What an operation is about is the customer's, or the dealer's where dealers have such things; the staff are that dealer's.
“other customer” has nothing to do with it, and “other dealer” is the owner of another dealer. “key” and “other key” are programs of the
two dealers, with every right that an API key can have; what is a person's own answers them 403.
";

/// How an operation answered each of [`Caller::ALL`].
struct Row {
    operation: Operation,
    cells: [&'static str; Caller::ALL.len()],
    /// What those who have nothing to do with the thing are told.
    outsiders: Vec<Told>,
}

/// What an outsider is told.
struct Told {
    who: &'static str,
    cell: &'static str,
    /// Whether it was done.
    done: bool,
    /// Whether the answer is that of a thing that is not there.
    nothing: bool,
}

impl Row {
    fn of(&self, caller: Caller) -> &'static str {
        let place = Caller::ALL.iter().position(|known| *known == caller);
        place
            .and_then(|place| self.cells.get(place))
            .copied()
            .unwrap_or_default()
    }
}

pub(crate) async fn everybody_gets_as_far_as_the_policy_says(backend: Backend) {
    let app = TestApp::start(backend).await;
    let document = api::app::openapi();
    let mut operations = operations(&document);
    let mut cast = Cast::assemble(&app).await;
    let things = Things::lay(&app, &cast, &document, &operations).await;
    // Reads first, and last what takes effect whatever version it is told, makers before changers: every call finds the things
    // as they were made.
    operations.sort_by_key(|operation| {
        (
            operation.method != Method::GET,
            !operation.conditional,
            !operation.creates,
        )
    });
    let mut rows = Vec::new();
    for operation in operations {
        rows.push(row(&app, &mut cast, &things, operation).await);
    }
    rows.sort_by(|a, b| {
        let of = |row: &Row| (row.operation.path.clone(), row.operation.method.to_string());
        of(a).cmp(&of(b))
    });
    let compared = written::compare("access.txt", &table(&rows));
    let faults = faults(&rows);
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(compared.is_ok(), "{}", compared.err().unwrap_or_default());
    app.finish().await;
}

async fn row(app: &TestApp, cast: &mut Cast, things: &Things, operation: Operation) -> Row {
    let absent = things.absent();
    let mut cells = [""; Caller::ALL.len()];
    let mut outsiders = Vec::new();
    for (cell, caller) in cells.iter_mut().zip(Caller::ALL) {
        let client = if operation.public || operation.method == Method::GET {
            cast.client(app, caller).await
        } else if operation.placeholders.is_empty() {
            // What changes and names no thing acts on who calls.
            cast.extra(app, caller).await
        } else {
            cast.session(app, caller).await
        };
        let things = things.with_own_file(&client, &operation).await;
        let reply = things.call(&client, &operation).send().await;
        *cell = read(&operation, &reply);
        if Caller::OUTSIDERS.contains(&caller) && things.names_something(&operation) {
            let nothing = absent.call(&client, &operation).send().await;
            outsiders.push(Told {
                who: caller.title(),
                cell,
                done: reply.status < 300,
                nothing: (nothing.status, code(&nothing)) == (reply.status, code(&reply)),
            });
        }
    }
    Row {
        operation,
        cells,
        outsiders,
    }
}

fn code(reply: &Reply) -> Option<&str> {
    reply.body.pointer("/code").and_then(serde_json::Value::as_str)
}

/// What an answer says of access. Operations that judge passwords and codes have refusals of their own, which are no matter of
/// who asks.
fn read(operation: &Operation, reply: &Reply) -> &'static str {
    let broken = matches!(reply.status, 405 | 413 | 415 | 500..);
    assert!(
        !broken,
        "{} answers {}: {}",
        operation.title(),
        reply.status,
        reply.body
    );
    match (reply.status, code(reply)) {
        (401, Some("unauthenticated")) if operation.takes_token => "401",
        (403, Some("forbidden" | "person_required")) => "403",
        (403, _) if !operation.public => "403",
        (404, _) => "404",
        _ => "ok",
    }
}

/// What must hold whatever the table says.
fn faults(rows: &[Row]) -> Vec<String> {
    let public: Vec<&str> = rows
        .iter()
        .filter(|row| row.operation.method == Method::GET && row.of(Caller::Stranger) == "ok")
        .map(|row| row.operation.path.as_str())
        .collect();
    let mut faults = Vec::new();
    for row in rows.iter().filter(|row| !row.operation.public) {
        let mut fault = |what: &str| faults.push(format!("{}: {what}", row.operation.title()));
        if row.of(Caller::Stranger) != "401" {
            fault("a stranger is not asked to sign in");
        }
        let path = &row.operation.path;
        let thing = path.find('}').and_then(|end| path.get(..=end));
        let private = thing.is_some_and(|thing| !public.contains(&thing));
        // What every customer may do to what everybody sees is no secret: to book, to save.
        if row.of(Caller::Customer) == "ok" && !private {
            continue;
        }
        for told in &row.outsiders {
            if told.done {
                fault(&format!("{} is let in", told.who));
            }
            if !told.nothing {
                fault(&format!(
                    "{} is told {}, and something else of what is not there",
                    told.who, told.cell
                ));
            }
        }
        // 403 is for one's own: of another dealer it is said only where no dealer at all may.
        if row.of(Caller::OtherOwner) == "403" && row.of(Caller::Owner) != "403" {
            fault("another dealer's owner is told 403, not 404");
        }
    }
    faults
}

/// The text of the table, by tag.
fn table(rows: &[Row]) -> String {
    let mut tags: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in rows {
        tags.entry(&row.operation.tag).or_default().push(row);
    }
    let width = rows
        .iter()
        .map(|row| row.operation.title().len())
        .max()
        .unwrap_or_default();
    let mut text = HEAD.to_owned();
    for (tag, rows) in tags {
        write!(text, "\n{tag:<width$}").unwrap();
        for caller in Caller::ALL {
            write!(text, "  {}", caller.title()).unwrap();
        }
        text.push('\n');
        for row in rows {
            write!(text, "{:<width$}", row.operation.title()).unwrap();
            for (caller, cell) in Caller::ALL.iter().zip(row.cells) {
                let width = caller.title().len();
                write!(text, "  {cell:<width$}").unwrap();
            }
            text.truncate(text.trim_end().len());
            text.push('\n');
        }
    }
    text
}
