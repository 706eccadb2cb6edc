//! What a page has asked the server for: on its way, here, or refused; and what a page is doing about it.
use crate::api::Outcome;
use crate::platform;
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::Error;
use shared_chat::backoff::Backoff;
use std::time::Duration;

/// Where an answer stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer<T> {
    /// On its way.
    Pending,
    /// It will not come.
    Refused(Error),
    /// It is here.
    Ready(T),
}

/// What a page shows, kept while it is asked for again.
pub struct Remote<T: Send + Sync + 'static> {
    answer: Memo<Answer<T>>,
    again: Callback<()>,
    /// How its requests have fared.
    backoff: StoredValue<Backoff>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Clone + PartialEq + Send + Sync + 'static> Remote<T> {
    /// Returns the state of the request. Tracked; a reload with an equal answer does not notify.
    pub fn answer(self) -> Answer<T> {
        self.answer.get()
    }

    /// Returns the answer when it is here. Tracked.
    pub fn value(self) -> Option<T> {
        match self.answer.get() {
            Answer::Ready(value) => Some(value),
            Answer::Pending | Answer::Refused(_) => None,
        }
    }

    /// Asks again. What is here stays until the new answer comes.
    pub fn refresh(self) {
        self.again.run(());
    }

    /// Asks again every so often while `wanted` says so and the tab can be seen; less often while requests fail.
    pub fn refresh_while(self, wanted: impl Fn() -> bool + Send + Sync + 'static, every: Duration) {
        let wanted = Memo::new(move |_| wanted());
        let round = RwSignal::new(0_u32);
        Effect::new(move |_| {
            if !wanted.get() {
                return;
            }
            round.track();
            let refresh = move || {
                if platform::visible() {
                    self.refresh();
                }
                // The page may be gone by now, and its signals with it.
                let _gone = round.try_update(|round| *round = round.wrapping_add(1));
            };
            let wait = self.backoff.try_get_value().unwrap_or_default().wait();
            if let Ok(timer) = set_timeout_with_handle(refresh, every.max(wait)) {
                on_cleanup(move || timer.clear());
            }
        });
    }
}

/// Asks for something that belongs to `key`, and asks again when the key or anything else that `ask` reads changes.
///
/// Another key empties the page; anything else leaves it as it is until the new answer comes. A refresh that fails
/// leaves it too: the banner at the top says that the server is out of reach.
pub fn remote<K, T, Asked>(
    key: impl Fn() -> K + Send + Sync + Copy + 'static,
    ask: impl Fn(K) -> Asked + 'static,
) -> Remote<T>
where
    K: Clone + PartialEq + Send + Sync + 'static,
    T: Clone + PartialEq + Send + Sync + 'static,
    Asked: Future<Output = Outcome<T>> + 'static,
{
    let backoff = StoredValue::new(Backoff::default());
    let resource = LocalResource::new(move || {
        let key = key();
        let asked = ask(key.clone());
        async move {
            let outcome = asked.await;
            let _gone = backoff.try_update_value(|backoff| backoff.note(outcome.is_ok(), platform::random()));
            (key, outcome)
        }
    });
    let current = Memo::new(move |_| key());
    let kept = Memo::new(move |before: Option<&(K, Answer<T>)>| {
        let key = current.get();
        let before = before.filter(|(of, _)| *of == key).map(|(_, answer)| answer);
        let answer = match (resource.get(), before) {
            (Some((of, Ok(value))), _) if of == key => Answer::Ready(value),
            (Some((of, Err(_))), Some(Answer::Ready(value))) if of == key => Answer::Ready(value.clone()),
            (Some((of, Err(error))), _) if of == key => Answer::Refused(error),
            _ => before.cloned().unwrap_or(Answer::Pending),
        };
        (key, answer)
    });
    Remote {
        answer: Memo::new(move |_| kept.with(|(_, answer)| answer.clone())),
        again: Callback::new(move |()| resource.refetch()),
        backoff,
    }
}

/// Something that the person has asked for and that takes a moment: saving, deleting.
#[derive(Clone, Copy)]
pub struct PendingRequest(RwSignal<bool>);

impl Default for PendingRequest {
    fn default() -> Self {
        Self(RwSignal::new(false))
    }
}

impl From<PendingRequest> for Signal<bool> {
    fn from(pending: PendingRequest) -> Self {
        Signal::derive(move || pending.busy())
    }
}

impl PendingRequest {
    /// Says whether it is under way. Tracked; false when its page is gone.
    pub fn busy(self) -> bool {
        self.0.try_get().unwrap_or_default()
    }

    /// Starts it, unless it is under way already; `then` hears how it came out.
    pub fn run<T: 'static>(
        self,
        request: impl Future<Output = Outcome<T>> + 'static,
        then: impl FnOnce(Outcome<T>) + 'static,
    ) {
        if self.0.try_get_untracked() != Some(false) {
            return;
        }
        self.0.set(true);
        spawn_local(async move {
            let outcome = request.await;
            // The page may be gone by now, and its signals with it.
            let _gone = self.0.try_set(false);
            then(outcome);
        });
    }
}
