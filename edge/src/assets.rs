//! [`Assets`] over the files that are deployed with the Worker.
use async_trait::async_trait;
use edge_core::ports::Assets;
use edge_core::{Error, Result};
use js_sys::Uint8Array;
use wasm_bindgen_futures::JsFuture;
use worker::Fetcher;
use worker::send::IntoSendFuture as _;

/// The `ASSETS` binding.
pub(crate) struct WorkerAssets(Fetcher);

impl WorkerAssets {
    /// Wraps the binding.
    pub(crate) fn new(files: Fetcher) -> Self {
        Self(files)
    }

    async fn fetch(&self, path: &str) -> worker::Result<(u16, Vec<u8>)> {
        // The binding ignores the host, and wants one.
        let response = self.0.fetch(format!("https://assets.local/{path}"), None).await?;
        let response = web_sys::Response::from(response);
        let buffer = JsFuture::from(response.array_buffer()?).await?;
        Ok((response.status(), Uint8Array::new(&buffer).to_vec()))
    }
}

#[async_trait]
impl Assets for WorkerAssets {
    async fn read(&self, path: &str) -> Result<Vec<u8>> {
        match self.fetch(path).into_send().await {
            Ok((200, bytes)) => Ok(bytes),
            Ok((404, _)) => Err(Error::not_found("file")),
            Ok((status, _)) => Err(Error::internal(format!("asset `{path}` answered {status}"))),
            Err(why) => Err(Error::internal(format!("asset `{path}`: {why}"))),
        }
    }
}
