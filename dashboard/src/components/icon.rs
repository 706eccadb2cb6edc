//! The icons, drawn on a grid of 16 by 16 with one stroke.
use leptos::prelude::*;

/// Which icon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    Home,
    Book,
    Agent,
    Key,
    Sliders,
    User,
    SignOut,
    Plus,
    Search,
    Close,
    Check,
    Copy,
    Trash,
    Refresh,
    Upload,
    File,
    Folder,
    ChevronRight,
    UpDown,
    Warning,
    Menu,
    Sun,
    Moon,
    Screen,
    Send,
    Edit,
    Chat,
    Code,
    Eye,
}

impl Icon {
    fn path(self) -> &'static str {
        match self {
            Self::Home => "M2.5 7.2 8 2.8l5.5 4.4v5.6a.7.7 0 0 1-.7.7h-3V9.8H6.2v3.7h-3a.7.7 0 0 1-.7-.7z",
            Self::Book => {
                concat!(
                    "M2.5 3.3h3.8A1.7 1.7 0 0 1 8 5v8.2a1.6 1.6 0 0 0-1.6-1.6H2.5zM13.5 3.3H9.7A1.7 1.7 0 0 0 8 5",
                    "v8.2a1.6 1.6 0 0 1 1.6-1.6h3.9z",
                )
            }
            Self::Agent => {
                concat!(
                    "M4 5.5h8A1.5 1.5 0 0 1 13.5 7v4.5A1.5 1.5 0 0 1 12 13H4a1.5 1.5 0 0 1-1.5-1.5V7",
                    "A1.5 1.5 0 0 1 4 5.5zM8 5.5V2.7M6 8.7v1.1M10 8.7v1.1",
                )
            }
            Self::Key => "M7.5 11a2.5 2.5 0 1 1-5 0 2.5 2.5 0 0 1 5 0zM6.8 9.2 13 3M11 5l2 2M8.8 7.2l1.7 1.7",
            Self::Sliders => {
                concat!(
                    "M2.5 4.5h6M11.5 4.5h2M2.5 11.5h2M7.5 11.5h6M10 6a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3zM6 13",
                    "a1.5 1.5 0 1 0 0-3 1.5 1.5 0 0 0 0 3z",
                )
            }
            Self::User => "M8 8a2.75 2.75 0 1 0 0-5.5A2.75 2.75 0 0 0 8 8zM3 13.5c.5-2.4 2.5-3.6 5-3.6s4.5 1.2 5 3.6",
            Self::SignOut => "M6.5 13.5h-3a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1h3M10.5 11l3-3-3-3M13.5 8h-7",
            Self::Plus => "M8 3.5v9M3.5 8h9",
            Self::Search => "M7 11.5a4.5 4.5 0 1 0 0-9 4.5 4.5 0 0 0 0 9zM10.4 10.4l3.1 3.1",
            Self::Close => "M4 4l8 8M12 4l-8 8",
            Self::Check => "M3.5 8.5l3 3 6-7",
            Self::Copy => {
                concat!(
                    "M6 5.5h6.5a.5.5 0 0 1 .5.5v7a.5.5 0 0 1-.5.5H6a.5.5 0 0 1-.5-.5V6a.5.5 0 0 1 .5-.5zM3.5 10.5H3",
                    "V3a.5.5 0 0 1 .5-.5H10v.5",
                )
            }
            Self::Trash => "M2.5 4.5h11M6 4.5v-2h4v2M4 4.5l.6 9h6.8l.6-9M6.7 7v4M9.3 7v4",
            Self::Refresh => "M13 8a5 5 0 1 1-1.6-3.7M13 2.5v2.7h-2.7",
            Self::Upload => "M8 10.5v-7M5 6l3-3 3 3M2.5 10.5v2a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1v-2",
            Self::File => "M4 2.5h5l3 3v8H4zM9 2.5v3h3",
            Self::Folder => "M2.5 12.5v-9h4L8 5.3h5.5v7.2z",
            Self::ChevronRight => "M6.5 4.5 10 8l-3.5 3.5",
            Self::UpDown => "M5.2 6.2 8 3.4l2.8 2.8M5.2 9.8 8 12.6l2.8-2.8",
            Self::Warning => "M8 2.8 14 13H2zM8 6.7v2.8M8 11.2h.01",
            Self::Menu => "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
            Self::Sun => {
                concat!(
                    "M8 10.8a2.8 2.8 0 1 0 0-5.6 2.8 2.8 0 0 0 0 5.6zM8 1.8v1M8 13.2v1M1.8 8h1M13.2 8h1M3.6 3.6l.7.7",
                    "M11.7 11.7l.7.7M3.6 12.4l.7-.7M11.7 4.3l.7-.7",
                )
            }
            Self::Moon => "M13.2 9.6A5.6 5.6 0 0 1 6.4 2.8a5.6 5.6 0 1 0 6.8 6.8z",
            Self::Screen => "M2.5 3.5h11v7h-11zM6 13.5h4M8 10.5v3",
            Self::Send => "M8 13V3.5M4 7.3l4-4 4 4",
            Self::Edit => "M10.8 3 13 5.2 5.7 12.5 3 13l.5-2.7z",
            Self::Chat => "M2.5 3.5h11v8H7.2l-2.9 2.3v-2.3H2.5z",
            Self::Code => "M5.5 5l-3 3 3 3M10.5 5l3 3-3 3",
            Self::Eye => {
                concat!(
                    "M1.8 8S4 3.8 8 3.8 14.2 8 14.2 8 12 12.2 8 12.2 1.8 8 1.8 8zM8 9.8",
                    "a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6z",
                )
            }
        }
    }
}

/// Draws an icon. It says nothing to a screen reader: what stands beside it does.
pub fn icon(icon: Icon) -> impl IntoView {
    view! {
        <svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
            <path d=icon.path() />
        </svg>
    }
}
