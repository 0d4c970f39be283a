//! What stands in for Twilio's Messages resource (<https://www.twilio.com/docs/messaging/api/message-resource>): it takes text
//! messages, keeps them, and lists those that went to a number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::dev::ServerHandle;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{HttpRequest, HttpResponse, web};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use forecourt_tests::listen::listen;
use kernel::ports::Clock as _;
use serde_json::json;
use server::clock::SystemClock;

const SID: &str = "AC0123456789abcdef0123456789abcdef";
const TOKEN: &str = "the account's secret";
const SENDER: &str = "+12125550100";
/// As many messages as a page of the list holds where nothing is said.
const PAGE: usize = 50;

/// A text message that was taken.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) to: String,
    pub(crate) body: String,
    /// As the list has it (RFC 2822).
    at: String,
}

type Taken = Mutex<Vec<Text>>;

/// The server.
pub(crate) struct Phones {
    url: String,
    taken: Arc<Taken>,
    handle: ServerHandle,
}

impl Phones {
    /// Listens on a port of its own.
    pub(crate) fn open() -> Self {
        let taken: Arc<Taken> = Arc::default();
        let shared = web::Data::from(Arc::clone(&taken));
        let (address, handle) = listen(move |routes| {
            let messages = web::resource(format!("/2010-04-01/Accounts/{SID}/Messages.json"));
            let messages = messages.route(web::post().to(take)).route(web::get().to(list));
            routes.app_data(shared.clone()).service(messages);
        });
        Self {
            url: format!("http://{address}"),
            taken,
            handle,
        }
    }

    /// The settings of a program that sends by it.
    pub(crate) fn settings(&self) -> [(&'static str, String); 4] {
        [
            ("FORECOURT_TWILIO_URL", self.url.clone()),
            ("FORECOURT_TWILIO_ACCOUNT_SID", SID.to_owned()),
            ("FORECOURT_TWILIO_AUTH_TOKEN", TOKEN.to_owned()),
            ("FORECOURT_TWILIO_SMS_FROM", SENDER.to_owned()),
        ]
    }

    /// What it has taken, in order.
    pub(crate) fn texts(&self) -> Vec<Text> {
        locked(&self.taken).clone()
    }

    /// Closes it.
    pub(crate) async fn close(self) {
        self.handle.stop(false).await;
    }
}

fn locked(taken: &Taken) -> MutexGuard<'_, Vec<Text>> {
    taken.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says no to who is not the account, in Twilio's words.
fn refused(request: &HttpRequest) -> Option<HttpResponse> {
    let right = format!("Basic {}", STANDARD.encode(format!("{SID}:{TOKEN}")));
    let given = request.headers().get(AUTHORIZATION);
    let fits = given.is_some_and(|value| value.as_bytes() == right.as_bytes());
    let told = json!({ "code": 20_003, "message": "Authenticate", "status": 401 });
    (!fits).then(|| HttpResponse::Unauthorized().json(told))
}

async fn take(
    taken: web::Data<Taken>,
    request: HttpRequest,
    form: web::Form<BTreeMap<String, String>>,
) -> HttpResponse {
    if let Some(refusal) = refused(&request) {
        return refusal;
    }
    let field = |name: &str| form.get(name).cloned().unwrap_or_default();
    assert_eq!(field("From"), SENDER);
    locked(&taken).push(Text {
        to: field("To"),
        body: field("Body"),
        at: SystemClock.now().to_rfc2822(),
    });
    HttpResponse::Created().json(json!({ "sid": "SM1", "status": "queued" }))
}

/// The newest first, as Twilio lists them.
async fn list(
    taken: web::Data<Taken>,
    request: HttpRequest,
    query: web::Query<BTreeMap<String, String>>,
) -> HttpResponse {
    if let Some(refusal) = refused(&request) {
        return refusal;
    }
    let size = query.get("PageSize").and_then(|size| size.parse().ok());
    let taken = locked(&taken);
    let to_number = taken
        .iter()
        .rev()
        .filter(|text| Some(&text.to) == query.get("To"));
    let known: Vec<_> = to_number
        .take(size.unwrap_or(PAGE))
        .map(|text| json!({ "body": text.body, "direction": "outbound-api", "status": "sent", "date_created": text.at }))
        .collect();
    HttpResponse::Ok().json(json!({ "messages": known }))
}
