//! The OpenAPI 3.1 document, from the routes, the schemas of their types, and the samples of the dialects' documents.
//! Built natively, served as a file.
pub mod samples;

use crate::dialect::route::{Access, Route};
use crate::dialect::{Credential, KeyHeader};
use crate::{error_response, registry};
use samples::Sample;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

/// Builds the document.
///
/// # Errors
/// When a schema does not serialise, or two have one name.
pub fn document() -> Result<Value, serde_json::Error> {
    let mut paths = Map::new();
    let mut schemas = Map::new();
    let samples = samples::all()?;
    for route in crate::routes() {
        for (name, schema) in &route.shown.schemas {
            let schema = serde_json::to_value(schema)?;
            let other = schemas.insert(name.clone(), schema.clone());
            if other.is_some_and(|it| it != schema) {
                return Err(serde::ser::Error::custom(format!("two schemas are called {name}")));
            }
        }
        let path = paths.entry(route.path.replace("{*", "{")).or_insert_with(|| json!({}));
        if let Some(methods) = path.as_object_mut() {
            let sample = samples.get(&samples::name(&route.method, route.path)).cloned();
            let operation = operation(&route, &sample.unwrap_or_default());
            methods.insert(route.method.as_str().to_lowercase(), operation);
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
    let mut schemes = json!({
        "account": { "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
            "description": "`access_token` of `/auth/login` or `/auth/verify-otp`" },
        "widget": { "type": "apiKey", "in": "header", "name": "X-API-Key",
            "description": "A `pk_live_…` key, from a page whose `Origin` is among its domains" },
        "visitor": { "type": "http", "scheme": "bearer",
            "description": "`visitor_token` of `/widget/config/{agent_id}`, for 15 minutes" },
        "operator": { "type": "apiKey", "in": "header", "name": "X-Operator-Token" }
    });
    for dialect in registry::DIALECTS {
        let Credential::Key(key) = dialect.credential else {
            continue;
        };
        let description = format!("A `{}…` key", key.kind.prefix());
        schemes[key.kind.as_str()] = match key.header {
            KeyHeader::Authorization => json!({ "type": "http", "scheme": "bearer", "description": description }),
            KeyHeader::ApiKey => {
                json!({ "type": "apiKey", "in": "header", "name": key.header.name(), "description": description })
            }
        };
    }
    schemes
}

fn operation(route: &Route, sample: &Sample) -> Value {
    let mut operation = json!({
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [tag(route)],
        "parameters": parameters(route),
        "security": security(route.access),
        "responses": responses(route, sample),
    });
    if let Some(members) = operation.as_object_mut() {
        let content = |(media_type, schema): &(&'static str, Value)| {
            let shown = sample.request.as_ref().filter(|_| *media_type == "application/json");
            (
                (*media_type).to_owned(),
                with_example(json!({ "schema": schema }), shown),
            )
        };
        let contents: Map<_, _> = route.shown.requests.iter().map(content).collect();
        if !contents.is_empty() {
            members.insert("requestBody".into(), json!({ "required": true, "content": contents }));
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
    if let Access::Program(key) = route.access {
        return key.kind.as_str().into();
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
        Access::Program(key) => json!([{ key.kind.as_str(): [] }]),
        Access::Operator => json!([{ "operator": [] }]),
    }
}

fn with_example(mut content: Value, example: Option<&Value>) -> Value {
    if let (Some(members), Some(example)) = (content.as_object_mut(), example) {
        members.insert("example".into(), example.clone());
    }
    content
}

/// How a refusal looks: each dialect has its own form.
fn refusal(route: &Route) -> Value {
    route
        .dialect
        .map_or_else(error_response::unresolved_schema, |it| (it.document.error)())
}

fn responses(route: &Route, sample: &Sample) -> Value {
    let mut responses = Map::new();
    let (status, content) = match &route.shown.answer {
        Some((status, media_type, schema)) => {
            let content = with_example(json!({ "schema": schema }), sample.answer.as_ref());
            (*status, Some(json!({ *media_type: content })))
        }
        None if route.shown.is_answer_empty => (204, None),
        None => (200, Some(json!({}))),
    };
    let mut answer = json!({ "description": "As asked for" });
    if let (Some(members), Some(content)) = (answer.as_object_mut(), content) {
        members.insert("content".into(), content);
    }
    responses.insert(status.to_string(), answer);
    let refusal = json!({ "description": "Refused", "content": refusal(route) });
    responses.insert("default".into(), refusal);
    responses.into()
}
