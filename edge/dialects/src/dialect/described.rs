//! What the OpenAPI document says of dialects and routes.
use serde_json::{Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// What the document says of a dialect.
pub struct Described {
    /// Returns what an error holds, by media type.
    pub error: fn() -> Value,
    /// Requests and answers as its own document prints them, by method and path.
    pub samples: &'static str,
}

/// What a route takes and gives.
#[derive(Default)]
pub struct Shapes {
    /// One for each media type that the body may have.
    pub(crate) requests: Vec<(&'static str, Value)>,
    pub(crate) answer: Option<(u16, &'static str, Value)>,
    pub(crate) is_answer_empty: bool,
    pub(crate) query: &'static [(&'static str, &'static str)],
    pub(crate) schemas: Vec<(String, RefOr<Schema>)>,
}

impl Shapes {
    pub(crate) fn takes<T: ToSchema>(&mut self, media_type: &'static str) {
        let schema = self.refer::<T>();
        self.requests.push((media_type, schema));
    }

    pub(crate) fn gives<T: ToSchema>(&mut self, status: u16, media_type: &'static str) {
        self.answer = Some((status, media_type, self.refer::<T>()));
    }

    pub(crate) fn gives_data<T: ToSchema>(&mut self, status: u16) {
        let schema = json!({
            "type": "object",
            "required": ["data", "status"],
            "properties": { "data": self.refer::<T>(), "status": { "type": "string", "const": "success" } }
        });
        self.answer = Some((status, "application/json", schema));
    }

    pub(crate) fn gives_nothing(&mut self) {
        self.is_answer_empty = true;
    }

    pub(crate) fn query(&mut self, parameters: &'static [(&'static str, &'static str)]) {
        self.query = parameters;
    }

    fn refer<T: ToSchema>(&mut self) -> Value {
        T::schemas(&mut self.schemas);
        self.schemas.push((T::name().into_owned(), T::schema()));
        json!({ "$ref": format!("#/components/schemas/{}", T::name()) })
    }
}
