//! The REST interface: thin handlers and the OpenAPI document
