//! The body of a request with a key, and its fingerprint.
use super::fingerprint::Fingerprint;
use crate::extract::{self, MAX_JSON};
use crate::headers::header_of;
use axum::body::Body;
use axum::extract::Request;
use edge_core::{App, Error, Kind, Result};
use http::request::Parts;
use http_body_util::BodyExt as _;
use std::sync::{Arc, Mutex};

/// What a body looks like: known at once, or when the last of it has been read.
pub(super) enum Print {
    Known(String),
    Coming(Arc<Mutex<Fingerprint>>),
}

impl Print {
    pub(super) fn known(&self) -> Option<String> {
        match self {
            Self::Known(print) => Some(print.clone()),
            Self::Coming(_) => None,
        }
    }

    pub(super) fn finish(self) -> String {
        match self {
            Self::Known(print) => print,
            Self::Coming(print) => print.lock().map(|it| it.clone().finish()).unwrap_or_default(),
        }
    }

    /// Reads what has not been read of a body.
    ///
    /// # Errors
    /// [`Kind::Malformed`] when the body ends early.
    pub(super) async fn of_rest(self, mut body: Body) -> Result<String> {
        if matches!(self, Self::Coming(_)) {
            while let Some(frame) = body.frame().await {
                frame.map_err(|_| Error::new(Kind::Malformed, "the body ended early"))?;
            }
        }
        Ok(self.finish())
    }
}

/// Looks at a body. A form, which may be long, is looked at while its reader reads it.
///
/// # Errors
/// Those of [`extract::body`].
pub(super) async fn printed(app: &App, parts: &Parts, body: Body) -> Result<(Print, Body)> {
    let media_type = header_of(&parts.headers, "content-type").unwrap_or_default();
    let Some(print) = Fingerprint::of_form(media_type) else {
        // Reserved again while the handler reads them.
        let request = Request::from_parts(parts.clone(), body);
        let (bytes, _memory) = extract::body(app, request, MAX_JSON).await?;
        let mut print = Fingerprint::default();
        print.add(&bytes);
        return Ok((Print::Known(print.finish()), Body::from(bytes)));
    };
    let print = Arc::new(Mutex::new(print));
    let seen = print.clone();
    let body = body.map_frame(move |frame| {
        if let (Some(data), Ok(mut print)) = (frame.data_ref(), seen.lock()) {
            print.add(data);
        }
        frame
    });
    Ok((Print::Coming(print), Body::new(body)))
}
