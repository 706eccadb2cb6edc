//! [`Parser`] over the service binding to the Worker that reads files.
use crate::js;
use async_trait::async_trait;
use edge_core::memory::MemoryBudget;
use edge_core::ports::{Company, Extracted, Hint, Page, Parser, Refusal, Sitemap, Unread};
use js_sys::Uint8Array;
use serde::de::DeserializeOwned;
use std::borrow::Cow;
use std::sync::Arc;
use wasm_bindgen_futures::JsFuture;
use worker::send::IntoSendFuture as _;
use worker::{Fetcher, Method, RequestInit, Url};

/// The `PARSER` binding.
pub(crate) struct ServiceParser {
    service: Fetcher,
    memory: Arc<MemoryBudget>,
}

/// What an answer takes while it is decoded, in times its length: its text, and what is made of it.
const DECODING: usize = 2;
/// What its smallest parts take in addition to their text at most, in bytes.
const SMALL_PARTS: usize = 12 * 1024 * 1024;

impl ServiceParser {
    /// Wraps the binding. Answers reserve from `memory` while they are decoded.
    pub(crate) fn new(service: Fetcher, memory: Arc<MemoryBudget>) -> Self {
        Self { service, memory }
    }

    /// Has the other Worker read bytes in the way that the path names.
    async fn read<T: DeserializeOwned>(
        &self,
        path: &str,
        what: &[(&str, &str)],
        bytes: Cow<'_, [u8]>,
        company: Company,
    ) -> Result<T, Unread> {
        let fault = |why: worker::Error| Unread::Crashed(why.to_string());
        // The binding ignores the host, and wants one.
        let alone = (company == Company::Alone).then_some(("alone", "1"));
        let what = what.iter().chain(&alone);
        let url = Url::parse_with_params(&format!("https://parser.local/{path}"), what);
        let url = url.map_err(|why| Unread::Crashed(why.to_string()))?;
        let mut init = RequestInit::new();
        init.with_method(Method::Post)
            .with_body(Some(Uint8Array::from(&*bytes).into()));
        drop(bytes);
        let response = self.service.fetch(url.as_str(), Some(init)).await.map_err(fault)?;
        let response = web_sys::Response::from(response);
        match response.status() {
            200 => {}
            503 => return Err(Unread::Busy),
            status => return Err(Unread::Crashed(format!("the parser answered {status}"))),
        }
        let buffer = async { JsFuture::from(response.array_buffer()?).await };
        let buffer = buffer.await.map_err(|why| Unread::Crashed(js::message(&why)))?;
        let answer = Uint8Array::new(&buffer);
        let length = usize::try_from(answer.length()).unwrap_or(usize::MAX);
        let room = length.saturating_mul(DECODING).saturating_add(length.min(SMALL_PARTS));
        let _decoding = self.memory.reserve(room).map_err(|_| Unread::Busy)?;
        let read: Result<T, Refusal> =
            serde_json::from_slice(&answer.to_vec()).map_err(|why| Unread::Crashed(why.to_string()))?;
        read.map_err(Unread::Refused)
    }
}

#[async_trait]
impl Parser for ServiceParser {
    async fn document(&self, bytes: Vec<u8>, hint: &Hint, company: Company) -> Result<Extracted, Unread> {
        let what = [("name", hint.name.as_str()), ("type", hint.media_type.as_str())];
        self.read("document", &what, bytes.into(), company).into_send().await
    }

    async fn page(&self, bytes: &[u8], url: &str, media_type: &str, company: Company) -> Result<Page, Unread> {
        let what = [("url", url), ("type", media_type)];
        self.read("page", &what, bytes.into(), company).into_send().await
    }

    async fn sitemap(&self, bytes: &[u8], company: Company) -> Result<Sitemap, Unread> {
        self.read("sitemap", &[], bytes.into(), company).into_send().await
    }
}
