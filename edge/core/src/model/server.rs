//! A server that speaks OpenAI's protocol, whatever it is asked for.
use crate::ports::{Fault, Fetcher, Incoming, Outgoing};
use crate::settings::ModelServer;
use serde_json::Value;
use std::sync::Arc;

/// A server, and the way out to it.
pub(crate) struct Server {
    fetcher: Arc<dyn Fetcher>,
    settings: ModelServer,
    name: String,
}

impl Server {
    /// Speaks to a server through a way out.
    pub(crate) fn new(fetcher: Arc<dyn Fetcher>, settings: &ModelServer) -> Self {
        Self {
            fetcher,
            settings: settings.clone(),
            name: format!("openai:{}", settings.model),
        }
    }

    /// Returns what its model is called in traces and layers.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Returns what its model is called by itself.
    pub(crate) fn model(&self) -> &str {
        &self.settings.model
    }

    /// Posts a body and returns once the head of the answer is there; `accept` is the media type that it is to have.
    ///
    /// # Errors
    /// [`Fault::Connection`].
    pub(crate) async fn post(&self, accept: &str, body: &Value) -> Result<Incoming, Fault> {
        let key = self.settings.key.iter();
        let headers = [
            ("content-type".into(), "application/json".to_owned()),
            ("accept".into(), accept.to_owned()),
        ];
        let outgoing = Outgoing {
            url: self.settings.url.clone(),
            headers: headers
                .into_iter()
                .chain(key.map(|it| ("authorization".into(), format!("Bearer {it}"))))
                .collect(),
            body: body.to_string().into_bytes(),
        };
        self.fetcher.post(outgoing).await.map_err(Fault::Connection)
    }
}
