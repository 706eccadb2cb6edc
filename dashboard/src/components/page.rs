//! The head of every page: its title in the tab and on the page, and what can be done there.
use leptos::html;
use leptos::prelude::*;

/// Names the page in the tab, shows its heading and gives it the focus, so that a screen reader says where one is.
#[component]
pub fn PageHead(
    /// The page's name.
    #[prop(into)]
    title: Signal<String>,
    /// One line on what the page is for.
    #[prop(optional, into)]
    lead: Option<String>,
    /// What can be done here, at the end of the line.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    name_tab(title);
    focus_after_navigation(heading);
    view! {
        <header class="page-head">
            <div class="page-head__text">
                <h1 class="page-head__title" tabindex="-1" node_ref=heading>{title}</h1>
                {lead.map(|lead| view! { <p class="page-head__lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-head__actions">{children()}</div> })}
        </header>
    }
}

/// Names the page in the browser's tab.
pub fn name_tab(title: Signal<String>) {
    Effect::new(move |_| document().set_title(&format!("{} \u{b7} Edgewise", title.get())));
}

/// Moves the focus to the heading of a page that was navigated to. The first page of a visit keeps the browser's.
pub fn focus_after_navigation(heading: NodeRef<html::H1>) {
    Effect::new(move |_| {
        if let Some(heading) = heading.get()
            && use_context::<HasNavigated>().is_some_and(HasNavigated::again)
        {
            // Refused only where focus means nothing.
            let _refused = heading.focus();
        }
    });
}

/// Whether a page has been shown before in this visit.
#[derive(Clone, Copy)]
pub struct HasNavigated(StoredValue<bool>);

impl HasNavigated {
    /// Begins a visit.
    pub fn begin() -> Self {
        Self(StoredValue::new(false))
    }

    fn again(self) -> bool {
        let before = self.0.get_value();
        self.0.set_value(true);
        before
    }
}
