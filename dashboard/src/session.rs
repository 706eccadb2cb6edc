//! Who is signed in, in this tab and in the others.
use crate::api::AuthorizedApi;
use crate::platform;
use leptos::prelude::*;

const STORED_AS: &str = "edgewise.session";

/// The session of this browser, and whether the server can be reached.
#[derive(Clone, Copy)]
pub struct Session {
    token: RwSignal<Option<String>>,
    reachable: RwSignal<bool>,
}

impl Session {
    /// Takes up the session that the browser has kept, and follows what other tabs do with it.
    pub fn restore() -> Self {
        let session = Self {
            token: RwSignal::new(platform::stored(STORED_AS)),
            reachable: RwSignal::new(true),
        };
        let handle = window_event_listener(leptos::ev::storage, move |event| {
            // No key at all means that everything was cleared.
            if event.key().is_none_or(|key| key == STORED_AS) {
                session.token.set(platform::stored(STORED_AS));
            }
        });
        on_cleanup(move || handle.remove());
        session
    }

    /// Begins a session.
    pub fn begin(self, token: String) {
        platform::store(STORED_AS, Some(&token));
        self.token.set(Some(token));
    }

    /// Ends the session, here and in the other tabs.
    pub fn end(self) {
        platform::store(STORED_AS, None);
        self.token.set(None);
    }

    /// Returns the authorized API client; none without a session. Tracked.
    pub fn api(self) -> Option<AuthorizedApi> {
        self.token.with(Option::is_some).then(|| AuthorizedApi::new(self))
    }

    /// Returns the token of the session. Not tracked.
    pub fn token(self) -> Option<String> {
        self.token.get_untracked()
    }

    /// Says whether the last request reached the server. Tracked.
    pub fn reachable(self) -> bool {
        self.reachable.get()
    }

    /// Records whether a request reached the server.
    pub fn set_reachable(self, reachable: bool) {
        if self.reachable.get_untracked() != reachable {
            self.reachable.set(reachable);
        }
    }
}
