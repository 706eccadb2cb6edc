//! Builds the page from signals.
//!
//! Leptos' `view!` makes a type of every piece of markup, with code for each type: for this chat that is as much again
//! as everything else, and the budget is a download of 130 KB. So here all markup is of one type. What changes is
//! replaced, not compared; when it goes, the signals and effects that were made for it go with it.

use leptos::prelude::*;
use std::cell::RefCell;
use wasm_bindgen::{JsCast, UnwrapThrowExt, closure::Closure};
use web_sys::{Element, Event, EventTarget};

/// An element with what is in it.
pub(super) struct Html(Element);

/// Makes an element. Tags and attribute names come from this program: the browser knows them.
pub(super) fn element(tag: &str, class: &str) -> Html {
    let made = document().create_element(tag).unwrap_throw();
    made.set_class_name(class);
    Html(made)
}

impl Html {
    pub(super) fn attribute(self, name: &str, value: &str) -> Self {
        self.0.set_attribute(name, value).unwrap_throw();
        self
    }

    /// Adds text. It is text, whatever is in it.
    pub(super) fn text(self, text: &str) -> Self {
        self.0.append_with_str_1(text).unwrap_throw();
        self
    }

    pub(super) fn child(self, child: Self) -> Self {
        self.0.append_with_node_1(&child.0).unwrap_throw();
        self
    }

    pub(super) fn children(self, children: impl IntoIterator<Item = Self>) -> Self {
        children.into_iter().fold(self, Self::child)
    }

    pub(super) fn on(self, event: &str, act: impl FnMut(Event) + 'static) -> Self {
        listen(&self.0, event, act);
        self
    }

    pub(super) fn click(self, act: impl Fn() + 'static) -> Self {
        self.on("click", move |_| act())
    }

    /// Sets an attribute to what `value` returns, and takes it away when that is nothing, as signals change.
    pub(super) fn live(self, name: &'static str, value: impl Fn() -> Option<String> + 'static) -> Self {
        let element = self.0.clone();
        watch(move || match value() {
            Some(value) => element.set_attribute(name, &value).unwrap_throw(),
            None => element.remove_attribute(name).unwrap_throw(),
        });
        self
    }

    /// Fills the element with what `draw` returns, as signals change.
    pub(super) fn show(self, draw: impl Fn() -> Option<Self> + 'static) -> Self {
        let element = self.0.clone();
        watch(move || {
            element.set_text_content(None);
            if let Some(Self(child)) = draw() {
                element.append_with_node_1(&child).unwrap_throw();
            }
        });
        self
    }

    /// Fills the element with the text that `write` returns, as signals change.
    pub(super) fn live_text(self, write: impl Fn() -> String + 'static) -> Self {
        let element = self.0.clone();
        watch(move || element.set_text_content(Some(&write())));
        self
    }

    /// Adds a child for each key. From the first key that differs on, everything is drawn anew.
    pub(super) fn list(self, keys: impl Fn() -> Vec<u64> + 'static, draw: impl Fn(u64) -> Self + 'static) -> Self {
        let element = self.0.clone();
        // Not the owner of one run: what stays in the list outlives many.
        let parent = Owner::current().unwrap_or_default();
        let shown = RefCell::new(Vec::<(u64, Element, Owner)>::new());
        watch(move || {
            let mut shown = shown.borrow_mut();
            let keys = keys();
            let same = shown
                .iter()
                .zip(&keys)
                .take_while(|((key, _, _), wanted)| key == *wanted)
                .count();
            shown.drain(same..).for_each(|(_, child, _)| child.remove());
            for key in keys.into_iter().skip(same) {
                let owner = parent.with(Owner::new);
                let Self(child) = owner.with(|| untrack(|| draw(key)));
                element.append_with_node_1(&child).unwrap_throw();
                shown.push((key, child, owner));
            }
        });
        self
    }

    /// Returns the element, for what only it can do.
    pub(super) fn node<T: JsCast + Clone>(&self) -> T {
        self.0.unchecked_ref::<T>().clone()
    }
}

/// Acts now, and again whenever a signal that it reads changes, until its owner goes.
pub(super) fn watch(act: impl Fn() + 'static) {
    let act: Box<dyn Fn()> = Box::new(act);
    StoredValue::new_local(RenderEffect::new(move |_| act()));
}

/// Acts on an event. The browser frees the listener with its target.
pub(super) fn listen(target: &EventTarget, event: &str, act: impl FnMut(Event) + 'static) {
    let act: Box<dyn FnMut(Event)> = Box::new(act);
    let listener = Closure::wrap(act).into_js_value();
    target
        .add_event_listener_with_callback(event, listener.unchecked_ref())
        .unwrap_throw();
}

/// A claim about the state that is news only when it changes.
#[derive(Clone, Copy)]
pub(super) struct BoolMemo(RwSignal<bool>);

/// Makes a claim of a condition.
pub(super) fn memo(condition: impl Fn() -> bool + 'static) -> BoolMemo {
    let news = RwSignal::new(untrack(&condition));
    watch(move || {
        let holds = condition();
        if holds != news.get_untracked() {
            news.set(holds);
        }
    });
    BoolMemo(news)
}

impl BoolMemo {
    pub(super) fn holds(self) -> bool {
        self.0.get()
    }

    /// The value of an attribute that is there only when the claim holds.
    pub(super) fn flag(self) -> impl Fn() -> Option<String> {
        move || self.holds().then(|| "true".to_owned())
    }

    /// The value of an attribute that is always there.
    pub(super) fn state(self) -> impl Fn() -> Option<String> {
        move || Some(if self.holds() { "true" } else { "false" }.to_owned())
    }
}

/// Shows what `draw` returns as long as the claim holds.
pub(super) fn when(memo: BoolMemo, draw: impl Fn() -> Html + 'static) -> Html {
    element("div", "ew-slot").show(move || memo.holds().then(&draw))
}
