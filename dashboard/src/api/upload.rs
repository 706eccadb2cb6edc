//! A multipart upload that says how much has been sent, which `fetch` cannot: `XMLHttpRequest` does.
use super::{BASE, Outcome, read, refusal};
use crate::session::Session;
use js_sys::{Function, Promise};
use shared::knowledge::AcceptedDocument;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

/// Sends `file` to `path`.
pub(super) async fn send(
    session: Session,
    path: &str,
    collection: &str,
    file: &File,
    progress: impl Fn(u32) + 'static,
) -> Outcome<AcceptedDocument> {
    let token = session.token();
    let request = exchange(token.as_deref(), path, collection, file, progress).await;
    let status = request
        .as_ref()
        .ok()
        .and_then(|request| request.status().ok())
        .unwrap_or_default();
    session.set_reachable(status != 0);
    let request = request.map_err(|_| refusal::unreachable())?;
    let body = request.response_text().ok().flatten().unwrap_or_default();
    match status {
        0 => Err(refusal::unreachable()),
        200..300 => read(&body),
        _ => {
            if status == 401 && session.token() == token {
                session.end();
            }
            let wait = request.get_response_header("Retry-After").ok().flatten();
            Err(refusal::refusal(status, wait.as_deref(), &body))
        }
    }
}

/// Returns the request once it has ended, in whatever way.
async fn exchange(
    token: Option<&str>,
    path: &str,
    collection: &str,
    file: &File,
    progress: impl Fn(u32) + 'static,
) -> Result<XmlHttpRequest, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open("POST", &format!("{BASE}{path}"))?;
    request.set_request_header("Authorization", &format!("Bearer {}", token.unwrap_or_default()))?;
    let heard = Closure::<dyn FnMut(ProgressEvent)>::new(move |event: ProgressEvent| {
        progress(percent(event.loaded(), event.total()));
    });
    request.upload()?.set_onprogress(Some(heard.as_ref().unchecked_ref()));
    let form = FormData::new()?;
    form.append_with_str("collection_id", collection)?;
    form.append_with_blob_and_filename("file", file, &file.name())?;
    let ended = Promise::new(&mut |resolve: Function, _: Function| {
        // `loadend` follows `load`, `error`, `abort` and `timeout` alike; the status tells them apart.
        request.set_onloadend(Some(&resolve));
    });
    request.send_with_opt_form_data(Some(&form))?;
    JsFuture::from(ended).await?;
    Ok(request)
}

fn percent(sent: f64, whole: f64) -> u32 {
    // Between 0 and 100, where the conversion is exact.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
    let percent = (sent / whole.max(1.0) * 100.0).clamp(0.0, 100.0) as u32;
    percent
}
