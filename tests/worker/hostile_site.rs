//! A website of the hostile corpus, served on this machine.
use crate::listener::{Call, listen};
use std::sync::Arc;
use tests::hostile::{HostileSite, websites};

/// The site, on a port of its own, since rules of robots.txt hold for a host. It ends with the test.
pub(crate) struct ServedSite {
    pub(crate) site: Arc<HostileSite>,
    pub(crate) port: u16,
}

impl ServedSite {
    /// Starts every site of the corpus.
    pub(crate) fn start_all() -> Vec<Self> {
        websites().into_iter().map(Self::start).collect()
    }

    fn start(site: HostileSite) -> Self {
        let site = Arc::new(site);
        let served = site.clone();
        let port = listen(move |call| answer(call, &served));
        Self { site, port }
    }

    /// Its host, as `ALLOW_PRIVATE_HOSTS` names it.
    pub(crate) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The address where the crawl begins.
    pub(crate) fn url(&self) -> String {
        format!("http://{}{}", self.host(), self.site.path)
    }
}

fn answer(mut call: Call, site: &HostileSite) -> std::io::Result<()> {
    match site.answer(&call.path()) {
        Some(content) => {
            let head = format!("content-type: {}\r\n", content.media_type);
            call.reply("200 OK", &head, &content.bytes)
        }
        None => call.reply("404 Not Found", "", b""),
    }
}
