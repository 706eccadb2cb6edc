//! Runs a request's future at once, and hands it to the queue of futures only when it has something to wait for.
//!
//! What needs no input or output, such as a health check, a preflight or a refusal, then costs no turn of that queue.
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::future_to_promise;

/// Returns what the future comes to, or a promise of it.
///
/// # Errors
/// What the future fails with, when it does so at once.
pub(crate) fn run(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Result<JsValue, JsValue> {
    let relay = Arc::new(Relay::default());
    let mut relayed = Relayed {
        waker: relay.clone().into(),
        relay,
        future: Box::pin(future),
    };
    match Pin::new(&mut relayed).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => Ok(future_to_promise(relayed).into()),
    }
}

/// A future that is polled by one and then by another, while what it waits for keeps the first waker it was given.
struct Relayed<F> {
    future: Pin<Box<F>>,
    relay: Arc<Relay>,
    waker: Waker,
}

impl<F: Future> Future for Relayed<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        if let Ok(mut next) = self.relay.0.lock() {
            *next = Some(context.waker().clone());
        }
        let Self { future, waker, .. } = &mut *self;
        future.as_mut().poll(&mut Context::from_waker(waker))
    }
}

/// Passes a call on to the last one that polled.
#[derive(Default)]
struct Relay(Mutex<Option<Waker>>);

impl Wake for Relay {
    fn wake(self: Arc<Self>) {
        if let Some(waker) = self.0.lock().ok().and_then(|mut it| it.take()) {
            waker.wake();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[derive(Default)]
    struct Calls(AtomicU32);

    impl Wake for Calls {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[test]
    fn a_call_to_the_first_waker_reaches_the_last_one_that_polled() {
        let kept = Arc::new(Mutex::new(None::<Waker>));
        let slot = kept.clone();
        // Keeps the first waker only, as the platform's timer does.
        let future = std::future::poll_fn(move |context| {
            slot.lock().unwrap().get_or_insert_with(|| context.waker().clone());
            Poll::<()>::Pending
        });
        let relay = Arc::new(Relay::default());
        let mut relayed = Relayed {
            waker: relay.clone().into(),
            relay,
            future: Box::pin(future),
        };
        assert!(
            Pin::new(&mut relayed)
                .poll(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        let calls = Arc::new(Calls::default());
        assert!(
            Pin::new(&mut relayed)
                .poll(&mut Context::from_waker(&calls.clone().into()))
                .is_pending()
        );
        kept.lock().unwrap().take().unwrap().wake();
        assert_eq!(calls.0.load(Ordering::Relaxed), 1);
    }
}
