//! The description of the API, made from the handlers themselves.

use serde::Serialize;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{OpenApi, RefOr, SecurityRequirement};
use utoipa::{OpenApi as _, PartialSchema, ToSchema};

use crate::problem::Code;

/// A problem (RFC 9457), in the language of `Accept-Language`: ru, uk or en. Some have further members.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// `/problems/<code>`
    #[serde(rename = "type")]
    pub type_: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    #[schema(value_type = ProblemCode)]
    pub code: &'static str,
    /// With `invalid`: the field or parameter that has no meaning.
    pub field: Option<String>,
}

/// The codes of problems: clients look up nothing else.
struct ProblemCode;

impl PartialSchema for ProblemCode {
    fn schema() -> RefOr<Schema> {
        let names = Code::ALL.iter().map(|code| code.name());
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names)).into()
    }
}

impl ToSchema for ProblemCode {}

#[derive(utoipa::OpenApi)]
#[openapi(
    paths(super::enrol::enrol),
    info(
        title = "Footpath",
        description = "What the coordinator's desk and integrations use. Phones sync by `POST /v1/sync`, which is CBOR: \
                   see `wire.cddl`. Ids are 32, hashes and digests 64 lower-case hex digits; names in `_ms` are \
                   milliseconds since 1970 UTC; every request carries a token its device signed for it."
    )
)]
struct About;

/// The description: the same for the same code.
pub fn description() -> OpenApi {
    let (_, mut api) = utoipa_axum::router::OpenApiRouter::with_openapi(About::openapi())
        .merge(super::desk::router())
        .split_for_parts();
    let mut token = Http::new(HttpAuthScheme::Bearer);
    token.bearer_format = Some("JWT".to_owned());
    let components = api.components.get_or_insert_with(Default::default);
    components.add_security_scheme("device_token", SecurityScheme::Http(token));
    api.security = Some(vec![SecurityRequirement::new("device_token", Vec::<String>::new())]);
    api
}

/// The description as the file `schemas/openapi.json` has it.
pub fn text() -> String {
    let mut text = serde_json::to_string_pretty(&description()).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_is_what_the_code_says() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../schemas/openapi.json");
        let file = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            file == super::text(),
            "schemas/openapi.json is stale: cargo run -p footpath -- openapi > schemas/openapi.json"
        );
    }
}
