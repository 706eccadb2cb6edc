//! Programs: by a key, in the header that their dialect's document names.
use crate::dialect::bearer;
use crate::extract::header_of;
use edge_core::auth::{Caller, api_key};
use edge_core::limit::Meter;
use edge_core::limit::plan::{self, Counting};
use edge_core::{App, Error, Result};
use edge_model::key::KeyKind;
use edge_store::api_keys::KeyOwner;
use http::HeaderMap;
use http::request::Parts;

/// Returns the key of a request to a dialect whose keys are of the kind.
pub(crate) fn key(headers: &HeaderMap, kind: KeyKind) -> Option<&str> {
    match kind {
        KeyKind::Twig | KeyKind::Twin => header_of(headers, "authorization").and_then(bearer),
        KeyKind::Builder | KeyKind::Widget => header_of(headers, "x-api-key").map(str::trim),
    }
}

/// Lets a program in and counts its request.
///
/// # Errors
/// Those of [`api_key::enter`], and when there is no key.
pub(crate) async fn enter(app: &App, parts: &Parts, kind: KeyKind) -> Result<Caller> {
    let (counting, missing) = match kind {
        KeyKind::Twig => (Counting::ByPlan, "the `Authorization` header is missing"),
        KeyKind::Twin => (plan::DEPUTY_KEY, "the `Authorization` header is missing"),
        KeyKind::Builder => (plan::AUTOMATION_KEY, "the `x-api-key` header is missing"),
        KeyKind::Widget => return Err(Error::internal("a page is no program")),
    };
    let key = key(&parts.headers, kind).ok_or_else(|| Error::unauthenticated(missing))?;
    let meter = parts.extensions.get::<Meter>().cloned().unwrap_or_default();
    let address = header_of(&parts.headers, "cf-connecting-ip");
    api_key::enter(app, &meter, kind, counting, key, address).await
}

/// Finds whose key a request shows, without counting it or writing anything. Returns the key as well.
///
/// # Errors
/// Those of [`api_key::find`], and when there is no key.
pub(crate) async fn find<'a>(app: &App, parts: &'a Parts, kind: KeyKind) -> Result<(&'a str, KeyOwner)> {
    let key = key(&parts.headers, kind).ok_or_else(|| Error::unauthenticated("the key is missing"))?;
    Ok((key, api_key::find(app, kind, key).await?))
}

/// Makes a dialect's `Caller`: a program with a key of the kind, whose request is counted and whose refusal is in the
/// dialect.
macro_rules! caller {
    ($kind:expr) => {
        /// A program with a key of this dialect; its request is counted.
        pub struct Caller(pub edge_core::auth::Caller);

        impl axum::extract::FromRequestParts<edge_core::App> for Caller {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut http::request::Parts, app: &edge_core::App) -> ApiResult<Self> {
                let program = $crate::program::enter(app, parts, $kind).await?;
                let id = program.workspace().id.to_string();
                parts.extensions.insert($crate::body::LetIn(id));
                Ok(Self(program))
            }
        }
    };
}
pub(crate) use caller;
