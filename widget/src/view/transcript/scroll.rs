//! Where the transcript is scrolled to while it grows.

use leptos::prelude::*;
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

/// As near to the end as this, in pixels, is at the end.
const NEAR: i32 = 48;

/// What stays free above a question at the top of the view, in pixels.
const ABOVE: i32 = 14;

/// What is kept in view.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Follows {
    /// The end of the transcript.
    End,
    /// The last question and the beginning of its answer: a long answer is read from there.
    Answer,
    /// Whatever the visitor has scrolled to.
    Nothing,
}

pub(super) struct Scroll {
    scroller: Element,
    messages: Element,
    is_at_end: RwSignal<bool>,
    follows: Cell<Follows>,
    /// Where this program scrolled to last: another place is the visitor's choice.
    put_at: Cell<i32>,
}

impl Scroll {
    pub(super) fn new(scroller: Element, messages: Element, is_at_end: RwSignal<bool>) -> Rc<Self> {
        Rc::new(Self {
            scroller,
            messages,
            is_at_end,
            follows: Cell::new(Follows::End),
            put_at: Cell::new(0),
        })
    }

    pub(super) fn follow(&self, follows: Follows) {
        self.follows.set(follows);
        self.keep_in_view();
    }

    /// The transcript has grown.
    pub(super) fn keep_in_view(&self) {
        let to = match self.follows.get() {
            Follows::End => Some(self.scroller.scroll_height()),
            Follows::Answer => self.question().map(|question| question.offset_top() - ABOVE),
            Follows::Nothing => None,
        };
        if let Some(to) = to {
            self.scroller.set_scroll_top(to);
            self.put_at.set(self.scroller.scroll_top());
        }
        self.look();
    }

    /// The transcript has been scrolled, by the visitor or by this program.
    pub(super) fn note(&self) {
        self.look();
        if self.scroller.scroll_top() != self.put_at.get() {
            self.follows.set(if self.is_at_end.get_untracked() {
                Follows::End
            } else {
                Follows::Nothing
            });
        }
    }

    fn look(&self) {
        let left = self.scroller.scroll_height() - self.scroller.client_height() - self.scroller.scroll_top();
        if self.is_at_end.get_untracked() != (left < NEAR) {
            self.is_at_end.set(left < NEAR);
        }
    }

    /// The question before the last answer.
    fn question(&self) -> Option<HtmlElement> {
        self.messages
            .last_element_child()?
            .previous_element_sibling()?
            .dyn_into()
            .ok()
    }
}
