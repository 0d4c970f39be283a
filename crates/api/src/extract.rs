//! What handlers take. The gate has checked it all by then: extractors only hand over.

use std::future::{Ready, ready};
use std::ops::Deref;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use kernel::act::Act;
use kernel::error::{Common, Violation};
use kernel::id::Id;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::problem::ApiError;

/// The act of this request: who, when, from where, under which key and version.
pub struct Acting(pub Act);

impl Deref for Acting {
    type Target = Act;
    fn deref(&self) -> &Act {
        &self.0
    }
}

impl FromRequest for Acting {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let act = request.extensions().get::<Act>().cloned();
        ready(
            act.map(Self)
                .ok_or_else(|| Common::internal("a handler outside the gate").into()),
        )
    }
}

/// The JSON body, checked against the documented schema.
pub struct Body<T>(pub T);

/// The body as the gate read it.
pub(crate) struct CheckedBody(pub(crate) Value);

/// The query as the gate read it: an object of the documented types.
pub(crate) struct CheckedQuery(pub(crate) Value);

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let checked = request.extensions_mut().remove::<CheckedBody>();
        ready(match checked {
            Some(CheckedBody(value)) => read(value, "/").map(Self),
            None => Err(Common::internal("an operation that reads a body documents none").into()),
        })
    }
}

/// The parameters of a form, in their order.
pub struct Form(pub Vec<(String, String)>);

/// The form as the gate read it.
pub(crate) struct CheckedForm(pub(crate) Vec<(String, String)>);

impl Form {
    /// The parameters as a documented type; those that it does not know are left out.
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        let parameters = self.0.iter().cloned();
        let fields: serde_json::Map<String, Value> = parameters
            .map(|(name, value)| (name, Value::String(value)))
            .collect();
        read(Value::Object(fields), "")
    }
}

impl FromRequest for Form {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let checked = request.extensions_mut().remove::<CheckedForm>();
        ready(match checked {
            Some(CheckedForm(parameters)) => Ok(Self(parameters)),
            None => Err(Common::internal("an operation that reads a form documents none").into()),
        })
    }
}

/// The query, checked against the documented parameters. Several of these may read parts of one query.
pub struct Query<T>(pub T);

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request
            .extensions()
            .get::<CheckedQuery>()
            .map_or_else(|| Value::Object(serde_json::Map::new()), |q| q.0.clone());
        ready(read(value, "").map(Self))
    }
}

/// Reads a checked value. What the schema let through and serde refuses (a number beyond 64 bits, say) is a violation still.
fn read<T: DeserializeOwned>(value: Value, root: &str) -> Result<T, ApiError> {
    serde_path_to_error::deserialize(value).map_err(|error| {
        let path = error.path().to_string();
        let pointer = if path == "." {
            root.trim_end_matches('/').to_owned()
        } else {
            format!("{root}{}", path.replace('.', "/"))
        };
        ApiError::shape(vec![Violation {
            pointer,
            code: "wrong_type".into(),
            message: error.inner().to_string(),
        }])
    })
}

/// The `{id}` of the path. A malformed one is a 404.
pub struct PathId<K>(pub Id<K>);

impl<K> FromRequest for PathId<K> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(id_in_path(request, "id").map(Self))
    }
}

/// The id of a thing that lies within the one that the path names first: `did` in `/webhooks/{id}/deliveries/{did}`.
pub struct InnerId<K>(pub Id<K>);

impl<K> FromRequest for InnerId<K> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(id_in_path(request, "did").map(Self))
    }
}

/// A malformed id names nothing.
fn id_in_path<K>(request: &HttpRequest, name: &str) -> Result<Id<K>, ApiError> {
    let id = request.match_info().get(name).and_then(|text| text.parse().ok());
    id.ok_or_else(|| Common::absent("resource").into())
}
