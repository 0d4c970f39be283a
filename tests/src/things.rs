//! One thing of each kind, for the paths, queries and bodies of the API document. What belongs to a customer is the cast's
//! customer's, what belongs to a dealer is Oak's.
//!
//! A kind that has a `POST` of its own is made by it, from the example of the document; what is made in another way stands in
//! [`Things::lay`].

use std::collections::BTreeMap;

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use crate::cast::Cast;
use crate::document::{Operation, properties, resolved};
use crate::uploads::{brought, may_bring};
use crate::world::{id_of, vin};
use crate::{Call, Client, TestApp};

/// An id that nothing has.
const NOTHING: &str = "01900000-0000-7000-8000-000000000000";

/// A browser to register.
pub fn device(number: u32) -> Value {
    json!({
        "endpoint": format!("https://push.example.net/{number}"),
        "keys": {
            "p256dh": "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            "auth": "BTBZMqHH6r4Tts7J_aSIgg"
        }
    })
}

/// Ids by the path before them: `/listings/` → the listing.
#[derive(Clone)]
pub struct Things {
    ids: BTreeMap<String, String>,
    document: Value,
}

impl Things {
    /// Makes one of each kind that the operations ask for.
    pub async fn lay(app: &TestApp, cast: &Cast, document: &Value, operations: &[Operation]) -> Self {
        let mut things = Self {
            ids: BTreeMap::new(),
            document: document.clone(),
        };
        let (customer, owner) = (&cast.customer.client, &cast.oak.owner);
        things.add("/vin/", vin(1));
        things.add("/dealers/", cast.oak.id.to_string());
        things.add("/sites/", cast.oak.site.as_str());
        things.add("/staff/", cast.sales_member.as_str());
        things.add("/users/", cast.customer.user.to_string());
        let listing = id_of(&cast.oak.listing(1).await);
        things.add_drives(app, cast, &listing).await;
        let picture = brought(customer, "avatar").await;
        for kind in ["/files/", "/media/incoming/", "/media/private/", "/media/"] {
            things.add(kind, picture.as_str());
        }
        things.add("/media/{id}/", "800.jpg");
        let photo = json!({ "file_id": brought(owner, "listing_photo").await });
        let photo = owner.post(&format!("/listings/{listing}/photos"), photo).await;
        things.add("/listings/{id}/photos/", id_of(&photo.expect(201).body));
        things.add("/listings/", listing);
        things.add_document(owner).await;
        // Of something that never happens: nothing is sent but a test, to a name that nobody has.
        let hook = json!({ "url": "https://hooks.dealer.example/in", "events": ["webhook.switched_off"] });
        let hook = id_of(&owner.post("/webhooks", hook).await.expect(201).body);
        let test = owner
            .call(Method::POST, &format!("/webhooks/{hook}/test"))
            .send()
            .await;
        things.add("/webhooks/{id}/deliveries/", id_of(&test.expect(201).body));
        things.add("/webhooks/", hook);
        app.quiet().await;
        let told = customer.get("/notifications").await.expect(200);
        things.add("/notifications/", told.text("/results/0/id"));
        let invitation = json!({ "email": "new@example.com", "platform_role": "admin" });
        let invitation = cast.admin.client.post("/users", invitation).await.expect(201);
        things.add("/users/invitations/", id_of(&invitation.body));
        let _ = app.sign_in(&cast.customer.email).await;
        let sessions = customer.get("/me/sessions").await.expect(200);
        // A browser rings for whoever registered it last: this one is in no example.
        let registered = customer.post("/me/devices", device(1_000)).await.expect(201);
        things.add("/me/devices/", id_of(&registered.body));
        things.add("/me/sessions/", sessions.text("/results/0/id"));
        let vehicle = things.made(cast, "/vehicles/", operations).await;
        things.add_log(customer, &vehicle).await;
        things.add("/vehicles/", vehicle);
        let sold = json!({
            "listing_id": id_of(&cast.oak.listing(2).await), "price": { "amount": "6400.00", "currency": "USD" },
            "sale_date": "2026-06-01", "buyer": { "user_id": cast.customer.user }, "payment_method": "cash"
        });
        things.add(
            "/sales/",
            id_of(&owner.post("/sales", sold).await.expect(201).body),
        );
        for page in ["privacy-policy", "terms-and-conditions", "about-us"] {
            let words = json!({ "content": "# Words" });
            let path = format!("/admin/content/{page}");
            let _ = cast.admin.client.post(&path, words).await.expect(201);
        }
        let draft = json!({ "content": "# Words", "effective_date": "2026-12-01" });
        let draft = cast.admin.client.post("/admin/content/about-us", draft).await;
        things.add("/admin/content/", "about-us");
        things.add("/admin/content/{page}/", id_of(&draft.expect(201).body));
        let import = operations
            .iter()
            .find(|o| o.id == "import_listings")
            .expect("an import");
        let job = things.call(owner, import).send().await.expect(202);
        app.quiet().await;
        things.add("/jobs/", id_of(&job.body));
        things.add("/listings/import/", id_of(&job.body));
        for operation in operations {
            for name in &operation.placeholders {
                let kind = kind(&operation.path, name);
                if !things.ids.contains_key(&kind) {
                    let id = things.made(cast, &kind, operations).await;
                    things.add(&kind, id);
                }
            }
        }
        things
    }

    /// A drive with the link to it, a place in line, and a slot that is held.
    async fn add_drives(&mut self, app: &TestApp, cast: &Cast, listing: &str) {
        let (customer, owner) = (&cast.customer.client, &cast.oak.owner);
        let booking = json!({ "listing_id": listing, "start_at": "2026-06-09T15:00:00Z" });
        self.add(
            "/bookings/",
            id_of(&customer.post("/bookings", booking).await.expect(201).body),
        );
        let letter = app.letters_to(&cast.customer.email).await.remove(0);
        let (_, link) = letter.text.split_once("/bookings/manage?token=").expect("a link");
        let token = link.split_whitespace().next().expect("a token");
        self.add("/bookings/manage?token=", token);
        // A place in line is for a slot that somebody else has.
        let caller = json!({ "name": "Carl Caller", "phone": "+1 212 555 0102" });
        let taken = json!({ "listing_id": listing, "start_at": "2026-06-09T17:00:00Z", "customer": caller });
        let _ = owner.post("/bookings", taken).await.expect(201);
        let place = json!({ "listing_id": listing, "start_at": "2026-06-09T17:00:00Z" });
        let place = customer.post("/bookings/waitlist", place).await.expect(201);
        self.add("/bookings/waitlist/", id_of(&place.body));
        let slot = json!({ "start_at": "2026-06-09T19:00:00Z" });
        let hold = customer
            .post(&format!("/listings/{listing}/slot-holds"), slot)
            .await;
        self.add("/listings/{id}/slot-holds/", id_of(&hold.expect(201).body));
    }

    /// An entry of a car's log with a receipt behind it.
    async fn add_log(&mut self, customer: &Client, vehicle: &str) {
        let record = json!({ "description": "Brakes" });
        let record = customer
            .post(&format!("/vehicles/{vehicle}/service-records"), record)
            .await;
        let record = id_of(&record.expect(201).body);
        let receipt = json!({ "file_id": brought(customer, "service_receipt").await });
        let receipts = format!("/service-records/{record}/receipts");
        let receipt = customer.post(&receipts, receipt).await.expect(201);
        self.add("/service-records/{id}/receipts/", id_of(&receipt.body));
        self.add("/service-records/", record);
    }

    async fn add_document(&mut self, owner: &Client) {
        let new = json!({ "kind": "tax", "file_id": brought(owner, "dealer_document").await });
        let document = owner.post("/dealers/me/documents", new).await.expect(201);
        self.add("/dealers/me/documents/", id_of(&document.body));
        self.add("/dealers/{id}/documents/", id_of(&document.body));
    }

    /// Puts a thing in the place of the one of its kind.
    pub fn add(&mut self, kind: &str, id: impl Into<String>) {
        self.ids.insert(kind.to_owned(), id.into());
    }

    /// A thing made by the `POST` of its kind, by the first who may.
    async fn made(&self, cast: &Cast, kind: &str, operations: &[Operation]) -> String {
        let collection = format!("/api/v1{}", kind.trim_end_matches('/'));
        let post = operations.iter().find(|o| o.creates && o.path == collection);
        let post = post.unwrap_or_else(|| panic!("no POST makes a thing of {kind}: make one in Things::lay"));
        let mut told = String::new();
        for client in [&cast.customer.client, &cast.oak.owner, &cast.admin.client] {
            let reply = self.call(client, post).send().await;
            if reply.status == 201 {
                return id_of(&reply.body);
            }
            told = reply.body.to_string();
        }
        panic!(
            "the example of {} makes nothing: make a thing of {kind} in Things::lay; {told}",
            post.title()
        )
    }

    /// The thing that a placeholder of a path stands for.
    pub fn of(&self, operation: &Operation, placeholder: &str) -> String {
        let kind = kind(&operation.path, placeholder);
        self.ids
            .get(&kind)
            .unwrap_or_else(|| panic!("there is no thing of {kind}"))
            .clone()
    }

    /// A call that names these things, with a version that has passed where one is taken: it gets past access, and changes
    /// nothing that has a version.
    pub fn call(&self, client: &Client, operation: &Operation) -> Call {
        let mut path = operation.path_with(|name| self.of(operation, name));
        path += &operation.required_query(&self.document);
        // The link of a letter shows what it is for; in a body it would end what the other calls are about.
        let link = format!("{}?token=", operation.path.trim_start_matches("/api/v1"));
        if let (true, Some(token)) = (operation.method == Method::GET, self.ids.get(&link)) {
            path = format!("{}?token={token}", operation.path);
        }
        for (name, ..) in &operation.query {
            if let (true, Some(id)) = (names(name), self.named(name)) {
                path.push(if path.contains('?') { '&' } else { '?' });
                path = path + name + "=" + id;
            }
        }
        let call = client.call_at(operation.method.clone(), &path);
        let call = if operation.conditional {
            call.header("if-match", "\"0\"")
        } else {
            call
        };
        match (&operation.form, self.body(operation)) {
            (Some(schema), example) => call.form(self.form(schema, &example.unwrap_or_default())),
            (None, Some(body)) => call.json(body),
            (None, None) => call,
        }
    }

    /// The same things, with a file that the caller brought where the call names one and the caller may bring it: nobody else's is
    /// ever taken.
    pub async fn with_own_file(&self, client: &Client, operation: &Operation) -> Self {
        let mut things = self.clone();
        let example = operation.example.as_ref();
        let wanted = example.is_some_and(|body| body.get("file_id").is_some()) && operation.form.is_none();
        if wanted && let Some(file) = may_bring(client, "dealer_document").await {
            things.add("/files/", file);
        }
        things
    }

    /// The same kinds of things, none of which is there.
    #[must_use]
    pub fn absent(&self) -> Self {
        Self {
            ids: self
                .ids
                .keys()
                .map(|kind| (kind.clone(), NOTHING.to_owned()))
                .collect(),
            document: self.document.clone(),
        }
    }

    /// Whether the call names a thing of somebody's.
    pub fn names_something(&self, operation: &Operation) -> bool {
        !operation.placeholders.is_empty()
            || operation.query.iter().any(|(name, ..)| names(name))
            || self
                .body(operation)
                .is_some_and(|body| body.to_string().contains("_id\":"))
    }

    /// The example of the document, about these things. Staff may name their own dealer; an admin must name one.
    fn body(&self, operation: &Operation) -> Option<Value> {
        let mut body = operation.example.clone()?;
        let schema = operation.body.as_ref().or(operation.form.as_ref())?;
        if let (true, Some(fields), Some(dealer)) = (
            properties(schema, &self.document).contains_key("dealer_id"),
            body.as_object_mut(),
            self.named("dealer_id"),
        ) {
            fields.insert("dealer_id".to_owned(), json!(dealer));
        }
        self.name_things(&mut body);
        Some(body)
    }

    fn name_things(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                for (name, value) in fields {
                    match self.named(name) {
                        Some(id) if value.is_string() && name.ends_with("_id") => *value = json!(id),
                        _ => self.name_things(value),
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(|item| self.name_things(item)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }

    /// `listing_id`, `listing` → the listing.
    pub fn named(&self, field: &str) -> Option<&String> {
        let word = field.strip_suffix("_id").unwrap_or(field);
        self.ids
            .get(&format!("/{word}s/"))
            .or_else(|| self.ids.get(&format!("/{word}/")))
    }

    fn form(&self, schema: &Value, example: &Value) -> Form {
        let mut form = Form::new();
        for (name, field) in properties(schema, &self.document) {
            let text = example.get(&name).and_then(Value::as_str).map(str::to_owned);
            let binary = resolved(&field, &self.document).get("format") == Some(&json!("binary"));
            form = match (text, self.named(&name)) {
                (Some(text), _) if binary => form.part(name.clone(), Part::text(text).file_name(name)),
                (Some(text), _) => form.text(name, text),
                (None, Some(id)) => form.text(name, id.clone()),
                (None, None) => form,
            };
        }
        form
    }
}

/// Whether a query parameter says whose things are meant, or which.
fn names(parameter: &str) -> bool {
    parameter == "dealer" || parameter.ends_with("_id")
}

/// `/api/v1/bookings/{id}/cancel` and `id` → `/bookings/`.
fn kind(path: &str, placeholder: &str) -> String {
    let before = path
        .split(&format!("{{{placeholder}}}"))
        .next()
        .unwrap_or_default();
    before.trim_start_matches("/api/v1").to_owned()
}
