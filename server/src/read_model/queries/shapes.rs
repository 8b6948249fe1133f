//! Shapes of JSON that is stored as it is and only described here.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, SchemaType, Type};
use utoipa::{PartialSchema, ToSchema};

/// A field's value: null, true or false, a number, or text; nothing deeper ever stands in a field.
pub struct FieldValue;

impl PartialSchema for FieldValue {
    fn schema() -> RefOr<Schema> {
        let types = [Type::Null, Type::Boolean, Type::Number, Type::String];
        ObjectBuilder::new()
            .schema_type(SchemaType::from_iter(types))
            .description(Some("A field's value; null is one that a person cleared."))
            .into()
    }
}

impl ToSchema for FieldValue {}

/// What a person should look at in a record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ViolationItem {
    /// The field, the group whose keys are missing, or empty for the whole record.
    pub field: String,
    /// Text: `violation-<code>`.
    pub code: String,
    /// Numbers for the text: `limit`, `difference`.
    #[serde(default)]
    pub params: Option<BTreeMap<String, i64>>,
}
