//! Members and invitations: extensions.
use super::caller::{Member, Person};
use super::error::{ApiError, ApiResult, Body, Path, Query};
use super::page::{Asked, Paging};
use super::provenance::{KEEP_OF_MEMBER, KeepQuery, actor, consequences};
use crate::dialect::route::{Access, Route, delete, get, patch, post};
use axum::Json;
use axum::extract::State;
use edge_core::cursor::List;
use edge_core::{App, invitation, member};
use edge_model::actor::Actor;
use edge_model::invitation::Invitation;
use edge_model::text::Email;
use edge_model::workspace::{MemberSummary, Role};
use edge_model::{AccountId, InvitationId};
use http::StatusCode;
use shared as wire;
use wire::error::Message;
use wire::member::{ChangedMember, CreateInvitation, InvitationList, Joined, MemberList, RemovedMember, UpdateMember};

/// Returns the routes.
pub fn routes() -> Vec<Route> {
    const MEMBERS: &str = "/api/v1/workspaces/{workspace_id}/members";
    const MEMBER: &str = "/api/v1/workspaces/{workspace_id}/members/{user_id}";
    const INVITATIONS: &str = "/api/v1/workspaces/{workspace_id}/invitations";
    const INVITATION: &str = "/api/v1/workspaces/{workspace_id}/invitations/{invitation_id}";
    let (of_member, of_account) = (Access::Member, Access::Account);
    [
        get(MEMBERS, list, of_member, "List members")
            .query(&super::PAGE)
            .gives::<MemberList>(200),
        patch(MEMBER, update, of_member, "Change a member's role (owner, admin)")
            .query(&KEEP_OF_MEMBER)
            .takes::<UpdateMember>()
            .gives::<ChangedMember>(200),
        delete(MEMBER, remove, of_member, "Remove a member (owner, admin), or leave")
            .control()
            .query(&KEEP_OF_MEMBER)
            .gives::<RemovedMember>(200),
        post(INVITATIONS, invite, of_member, "Invite somebody by mail (owner, admin)")
            .takes::<CreateInvitation>()
            .in_directory()
            .gives::<wire::member::Invitation>(201),
        get(
            INVITATIONS,
            invitations,
            of_member,
            "List open invitations (owner, admin)",
        )
        .query(&super::PAGE)
        .gives::<InvitationList>(200),
        delete(INVITATION, withdraw, of_member, "Withdraw an invitation (owner, admin)")
            .control()
            .gives::<Message>(200),
        get(
            "/api/v1/invitations",
            received,
            of_account,
            "List invitations to oneself",
        )
        .query(&super::PAGE)
        .gives::<InvitationList>(200),
        post(
            "/api/v1/invitations/{invitation_id}/accept",
            accept,
            of_account,
            "Accept an invitation",
        )
        .gives::<Joined>(200),
        delete(
            "/api/v1/invitations/{invitation_id}",
            decline,
            of_account,
            "Decline an invitation",
        )
        .control()
        .gives::<Message>(200),
    ]
    .map(Route::extension)
    .into()
}

fn role(name: &str) -> ApiResult<Role> {
    Role::parse(name).ok_or_else(|| ApiError::field("role", "must be OWNER, ADMIN, MEMBER or VIEWER"))
}

fn full(member: MemberSummary) -> wire::member::Member {
    let MemberSummary {
        account_id,
        email,
        full_name,
        role,
        created_at,
    } = member;
    wire::member::Member {
        user_id: account_id.to_string(),
        email,
        full_name,
        role: role.as_str().into(),
        joined_at: created_at.rfc3339(),
    }
}

fn shown(invitation: Invitation) -> wire::member::Invitation {
    let Invitation {
        id,
        workspace_id,
        email,
        role,
        invited_by,
        expires_at,
        created_at,
        is_mailed,
        workspace_name,
        inviter_name,
    } = invitation;
    wire::member::Invitation {
        id: id.to_string(),
        workspace_id: workspace_id.to_string(),
        workspace_name,
        email,
        role: role.as_str().into(),
        created_by: actor(Actor {
            account_id: invited_by,
            key_id: None,
            actor_name: inviter_name.clone(),
        }),
        invited_by: inviter_name,
        expires_at: expires_at.rfc3339(),
        created_at: created_at.rfc3339(),
        is_mailed,
    }
}

fn page(asked: &Asked<'_>, (found, total): (Vec<Invitation>, u64)) -> ApiResult<Json<InvitationList>> {
    let (invitations, next_cursor) = asked.rows(found, |it| (it.created_at, it.id.as_str()), shown)?;
    Ok(Json(InvitationList {
        invitations,
        total,
        next_cursor,
    }))
}

fn said(message: &str) -> Json<Message> {
    Json(Message {
        message: message.into(),
    })
}

pub async fn list(
    State(app): State<App>,
    Member(member): Member,
    Query(paging): Query<Paging>,
) -> ApiResult<Json<MemberList>> {
    let list = List::of("members", &[member.workspace().id.as_str()]);
    let asked = paging.short(&app, list)?;
    let (found, total) = member::list(&app, &member, &asked.page).await?;
    let (members, next_cursor) = asked.rows(found, |it| (it.created_at, it.account_id.as_str()), full)?;
    Ok(Json(MemberList {
        members,
        total,
        next_cursor,
    }))
}

pub async fn update(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<KeepQuery>,
    Body(change): Body<UpdateMember>,
) -> ApiResult<Json<ChangedMember>> {
    let (role, keep) = (role(&change.role)?, query.of_member()?);
    let (changed, gone) = member::set_role(&app, &member, &AccountId::new(id), role, keep).await?;
    Ok(Json(ChangedMember {
        member: full(changed),
        consequences: consequences(gone),
    }))
}

pub async fn remove(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
    Query(query): Query<KeepQuery>,
) -> ApiResult<Json<RemovedMember>> {
    let gone = member::remove(&app, &member, &AccountId::new(id), query.of_member()?).await?;
    Ok(Json(RemovedMember {
        message: "Member removed".into(),
        consequences: consequences(gone),
    }))
}

pub async fn invite(
    State(app): State<App>,
    Member(member): Member,
    Body(new): Body<CreateInvitation>,
) -> ApiResult<(StatusCode, Json<wire::member::Invitation>)> {
    let email = Email::new(&new.email).map_err(|why| ApiError::field("email", why))?;
    let invitation = invitation::create(&app, &member, &email, role(&new.role)?).await?;
    Ok((StatusCode::CREATED, Json(shown(invitation))))
}

pub async fn invitations(
    State(app): State<App>,
    Member(member): Member,
    Query(paging): Query<Paging>,
) -> ApiResult<Json<InvitationList>> {
    let asked = paging.short(&app, List::of("invitations", &[member.workspace().id.as_str()]))?;
    page(&asked, invitation::list(&app, &member, &asked.page).await?)
}

pub async fn withdraw(
    State(app): State<App>,
    Member(member): Member,
    Path((_, id)): Path<(String, String)>,
) -> ApiResult<Json<Message>> {
    invitation::withdraw(&app, &member, &InvitationId::new(id)).await?;
    Ok(said("Invitation withdrawn"))
}

pub async fn received(
    State(app): State<App>,
    Person(person): Person,
    Query(paging): Query<Paging>,
) -> ApiResult<Json<InvitationList>> {
    let asked = paging.short(
        &app,
        List::of("invitations to an account", &[person.account.id.as_str()]),
    )?;
    page(&asked, invitation::received(&app, &person, &asked.page).await?)
}

pub async fn accept(State(app): State<App>, Person(person): Person, Path(id): Path<String>) -> ApiResult<Json<Joined>> {
    let (workspace_id, role) = invitation::accept(&app, &person, &InvitationId::new(id)).await?;
    Ok(Json(Joined {
        workspace_id: workspace_id.to_string(),
        role: role.as_str().into(),
        message: "You are a member now".into(),
    }))
}

pub async fn decline(
    State(app): State<App>,
    Person(person): Person,
    Path(id): Path<String>,
) -> ApiResult<Json<Message>> {
    invitation::decline(&app, &person, &InvitationId::new(id)).await?;
    Ok(said("Invitation declined"))
}
