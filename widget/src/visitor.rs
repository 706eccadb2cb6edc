//! Who the service thinks the visitor is: a conversation's name, and a token that must not grow old.

use crate::page::Page;
use futures_channel::oneshot;
use futures_util::future::{Either, select};
use gloo_timers::future::sleep;
use shared::widget::Config;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

/// A token is renewed when it has less than this left.
const RENEWAL_MARGIN_MS: f64 = 30_000.0;

/// How long the loader may take to renew a token.
const RENEWAL_TIMEOUT: Duration = Duration::from_secs(15);

/// A shared handle: clones speak of the same visitor.
#[derive(Clone)]
pub(crate) struct Visitor {
    page: Page,
    state: Rc<RefCell<State>>,
}

struct State {
    token: String,
    /// In milliseconds since 1970.
    ends: f64,
    waiting: Vec<oneshot::Sender<()>>,
}

impl Visitor {
    /// Returns the visitor whom this configuration was made for.
    pub(crate) fn new(page: Page, config: &Config) -> Self {
        let state = State {
            token: String::new(),
            ends: 0.0,
            waiting: Vec::new(),
        };
        let visitor = Self {
            page,
            state: Rc::new(RefCell::new(state)),
        };
        visitor.renewed(config);
        visitor
    }

    /// Takes the token of a newer configuration.
    pub(crate) fn renewed(&self, config: &Config) {
        let mut state = self.state.borrow_mut();
        state.token.clone_from(&config.visitor_token);
        state.ends = js_sys::Date::parse(&config.visitor_token_expires_at);
        for waiting in state.waiting.drain(..) {
            // The waiting caller may have given up.
            let _ = waiting.send(());
        }
    }

    /// Takes note that there will be no newer token.
    pub(crate) fn refused(&self) {
        self.state.borrow_mut().waiting.clear();
    }

    /// Throws the token away: the service did not take it.
    pub(crate) fn distrust_token(&self) {
        self.state.borrow_mut().ends = 0.0;
    }

    /// Returns a token that is good for a while, asking the loader for it when need be.
    pub(crate) async fn token(&self) -> Option<String> {
        if !self.has_token() {
            let (renewed, renewal) = oneshot::channel();
            self.state.borrow_mut().waiting.push(renewed);
            self.page.notify("token");
            match select(renewal, sleep(RENEWAL_TIMEOUT)).await {
                Either::Left((Ok(()), _)) => {}
                _ => return None,
            }
        }
        Some(self.state.borrow().token.clone())
    }

    fn has_token(&self) -> bool {
        self.state.borrow().ends - js_sys::Date::now() > RENEWAL_MARGIN_MS
    }
}
