//! Programs: by a key, in the header that their dialect's document names.
use crate::dialect::ProgramKey;
use crate::headers::header_of;
use edge_core::auth::{Caller, api_key};
use edge_core::limit::Meter;
use edge_core::{App, Error, Result};
use edge_store::api_keys::KeyOwner;
use http::request::Parts;

/// Lets a program in and counts its request.
///
/// # Errors
/// Those of [`api_key::authenticate`], and when there is no key.
pub(crate) async fn authenticate(app: &App, parts: &Parts, key: ProgramKey) -> Result<Caller> {
    let text = text(parts, key)?;
    let meter = parts.extensions.get::<Meter>().cloned().unwrap_or_default();
    let address = header_of(&parts.headers, "cf-connecting-ip");
    api_key::authenticate(app, &meter, key.kind, key.policy, text, address).await
}

/// Finds whose key a request shows, without counting it or writing anything. Returns the key as well.
///
/// # Errors
/// Those of [`api_key::find`], and when there is no key.
pub(crate) async fn find<'a>(app: &App, parts: &'a Parts, key: ProgramKey) -> Result<(&'a str, KeyOwner)> {
    let text = text(parts, key)?;
    Ok((text, api_key::find(app, key.kind, text).await?))
}

fn text(parts: &Parts, key: ProgramKey) -> Result<&str> {
    let missing = || Error::unauthenticated(key.header.missing());
    key.header.key(&parts.headers).ok_or_else(missing)
}

/// Makes a dialect's `Caller`: a program with one of its keys, whose request is counted and whose refusal is in the
/// dialect.
macro_rules! caller {
    ($key:expr) => {
        /// A program with a key of this dialect; its request is counted.
        pub struct Caller(pub edge_core::auth::Caller);

        impl axum::extract::FromRequestParts<edge_core::App> for Caller {
            type Rejection = ApiError;

            async fn from_request_parts(parts: &mut http::request::Parts, app: &edge_core::App) -> ApiResult<Self> {
                let program = $crate::program::authenticate(app, parts, $key).await?;
                let id = program.workspace().id.to_string();
                parts.extensions.insert($crate::body::LetIn(id));
                Ok(Self(program))
            }
        }
    };
}
pub(crate) use caller;
