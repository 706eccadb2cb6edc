//! The OpenAPI 3.1 document, from the routes and the schemas of their types. Built natively, served as a file.
use crate::route::{Access, Route};
use edge_model::key::KeyKind;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

/// What a route takes and gives.
#[derive(Default)]
pub struct Shapes {
    request: Option<(&'static str, Value)>,
    answer: Option<(u16, &'static str, Value)>,
    query: &'static [(&'static str, &'static str)],
    schemas: Vec<(String, RefOr<Schema>)>,
}

impl Shapes {
    pub(crate) fn takes<T: ToSchema>(&mut self, media_type: &'static str) {
        self.request = Some((media_type, self.refer::<T>()));
    }

    pub(crate) fn gives<T: ToSchema>(&mut self, status: u16, media_type: &'static str) {
        self.answer = Some((status, media_type, self.refer::<T>()));
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

/// Builds the document.
///
/// # Errors
/// When a schema does not serialise.
pub fn document() -> Result<Value, serde_json::Error> {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    for route in crate::routes() {
        for (name, schema) in &route.shown.schemas {
            schemas.insert(name.clone(), serde_json::to_value(schema)?);
        }
        let path = paths.entry(route.path.replace("{*", "{")).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            methods.insert(route.method.as_str().to_lowercase(), operation(&route));
        }
    }
    let mut errors = vec![];
    shared::error::Error::schemas(&mut errors);
    schemas.insert(
        "Error".into(),
        serde_json::to_value(<shared::error::Error as utoipa::PartialSchema>::schema())?,
    );
    Ok(json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Edgewise",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Answers from a company's own documents. Operations and members marked `x-extension` are \
                additions to the documented API; clients of the document need none of them.",
            "license": { "name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT" }
        },
        "servers": [{ "url": "/" }],
        "paths": paths,
        "components": { "schemas": schemas, "securitySchemes": security_schemes() }
    }))
}

fn security_schemes() -> Value {
    json!({
        "account": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "`access_token` of `/auth/login` or `/auth/verify-otp`" },
        "widget": { "type": "apiKey", "in": "header", "name": "X-API-Key",
            "description": "A `pk_live_…` key, from a page whose `Origin` is among its domains" },
        "visitor": { "type": "http", "scheme": "bearer",
            "description": "`visitor_token` of `/widget/config/{agent_id}`, for 15 minutes" },
        "twin": { "type": "http", "scheme": "bearer", "description": "A `twin_live_…` key" },
        "operator": { "type": "apiKey", "in": "header", "name": "X-Operator-Token" }
    })
}

fn operation(route: &Route) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [tag(route)],
        "parameters": parameters(route),
        "security": security(route.access),
        "responses": responses(route),
    });
    if let Some(members) = operation.as_object_mut() {
        if let Some((media_type, schema)) = &route.shown.request {
            let body = json!({ "required": true, "content": { *media_type: { "schema": schema } } });
            members.insert("requestBody".into(), body);
        }
        if route.is_extension {
            members.insert("x-extension".into(), true.into());
        }
    }
    operation
}

/// Makes `post_workspaces_agents_publish` of a method and a path.
fn operation_id(route: &Route) -> String {
    let words = route
        .path
        .trim_start_matches("/api/v1")
        .split('/')
        .filter(|it| !it.is_empty());
    let words = words.map(|it| match it.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
        Some(name) => format!("by_{}", name.trim_start_matches('*').trim_end_matches("_id")),
        None => it.replace('-', "_"),
    });
    [route.method.as_str().to_lowercase()]
        .into_iter()
        .chain(words)
        .collect::<Vec<_>>()
        .join("_")
}

fn tag(route: &Route) -> String {
    if let Access::Program(kind) = route.access {
        return kind.as_str().into();
    }
    let below = route.path.trim_start_matches("/api/v1/");
    let words: Vec<&str> = below.split('/').filter(|it| !it.starts_with('{')).collect();
    let word = match words.as_slice() {
        ["workspaces", noun, ..] => noun,
        [first, ..] => first.trim_start_matches('/'),
        [] => "site",
    };
    if word.is_empty() { "site".into() } else { word.into() }
}

fn parameters(route: &Route) -> Vec<Value> {
    let in_path = route.path.split('{').skip(1).filter_map(|it| it.split('}').next());
    let path = in_path.map(|name| {
        json!({ "name": name.trim_start_matches('*'), "in": "path", "required": true, "schema": { "type": "string" } })
    });
    let query = route.shown.query.iter().map(|(name, description)| {
        json!({ "name": name, "in": "query", "required": false, "description": description, "schema": { "type": "string" } })
    });
    path.chain(query).collect()
}

fn security(access: Access) -> Value {
    match access {
        Access::Open => json!([]),
        Access::Account | Access::Member => json!([{ "account": [] }]),
        Access::Widget => json!([{ "widget": [] }, { "visitor": [] }]),
        Access::Program(kind) => json!([{ kind.as_str(): [] }]),
        Access::Operator => json!([{ "operator": [] }]),
    }
}

/// How a refusal looks: each dialect has its own.
fn error_schema(access: Access) -> Value {
    match access {
        Access::Program(KeyKind::Twin) => json!({
            "type": "object",
            "required": ["error"],
            "properties": { "error": { "type": "string", "description": "A sentence for a person" } }
        }),
        _ => json!({ "$ref": "#/components/schemas/Error" }),
    }
}

fn responses(route: &Route) -> Value {
    let mut responses = Map::new();
    let (status, content) = match &route.shown.answer {
        Some((status, media_type, schema)) => (*status, json!({ *media_type: { "schema": schema } })),
        None => (200, json!({})),
    };
    responses.insert(
        status.to_string(),
        json!({ "description": "As asked for", "content": content }),
    );
    let error = json!({ "application/json": { "schema": error_schema(route.access) } });
    responses.insert("default".into(), json!({ "description": "Refused", "content": error }));
    responses.into()
}
