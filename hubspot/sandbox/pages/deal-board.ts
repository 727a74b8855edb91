/** The board: one column per stage of a pipeline, and on each card a choice of where to move the deal. */
import { html } from 'ghtml';
import { neighbours } from '../control/record-reading.ts';
import type { Pipeline, Stage } from '../crm/pipelines.ts';
import { type CrmRecord, loadRecord, type RecordRow, recordFromRow } from '../crm/record.ts';
import type { World } from '../world.ts';
import { fullName, recordPath, shownAmount } from './fields.ts';
import { page } from './layout.ts';

/** The newest deals of a stage; the count tells of the rest. */
const cardsPerStage = 30;

export const boardPath = (portalId: number, pipeline: string): string =>
  `/deals?${new URLSearchParams({ portal: String(portalId), pipeline }).toString()}`;

export function boardPage(
  world: World,
  portalId: number,
  { pipelines, shown }: { pipelines: readonly Pipeline[]; shown: Pipeline },
): string {
  const choices = pipelines.map(
    ({ id, label }) => html`<option value="${id}" !${id === shown.id ? 'selected' : ''}>${label}</option>`,
  );
  const stageChoices = shown.stages.map(({ id, label }) => html`<option value="${id}">${label}</option>`);
  return page(world, {
    title: 'Deals',
    section: 'deals',
    portalId,
    body: html`<div class="split">
        <div><h1>Deals</h1><p class="note">Moving a deal here is what a salesperson does in HubSpot.</p></div>
        <form class="row" action="/deals"><input type="hidden" name="portal" value="${portalId}">
          <label>Pipeline<select name="pipeline">!${choices}</select></label><button>Show</button></form>
      </div>
      <div class="board">!${shown.stages.map((stage) =>
        stageColumn(world, portalId, {
          stage,
          pipeline: shown,
        }),
      )}</div>
      <details><summary>New deal</summary>
        <form class="panel row" method="post" action="/deals/${portalId}/new">
          <input type="hidden" name="pipeline" value="${shown.id}">
          <label>Name<input name="dealname" required></label>
          <label>Amount<input name="amount" inputmode="decimal"></label>
          <label>Stage<select name="dealstage">!${stageChoices}</select></label>
          <label>Contact (ID or e-mail)<input name="contact"></label>
          <button class="main">Create</button>
        </form></details>`,
  });
}

function stageColumn(
  world: World,
  portalId: number,
  { stage, pipeline }: { stage: Stage; pipeline: Pipeline },
): string {
  const where = `portal_id = ? AND type = 'deals' AND archived_at IS NULL AND json_extract(properties, '$.dealstage') = ?`;
  const { total } = world.store.require<{ total: number }>(
    `SELECT count(*) AS total FROM records WHERE ${where}`,
    portalId,
    stage.id,
  );
  const deals = world.store
    .all<RecordRow>(
      `SELECT * FROM records WHERE ${where} ORDER BY id DESC LIMIT ?`,
      portalId,
      stage.id,
      cardsPerStage,
    )
    .map((row) => recordFromRow({ portalId, type: 'deals' }, row));
  const more = total > deals.length ? html`<p class="quiet">and ${total - deals.length} more</p>` : '';
  return html`<section class="stage" aria-label="${stage.label}">
    <h3>${stage.label} <span class="quiet">${total}</span></h3>
    !${deals.map((deal) => dealCard(world, deal, pipeline))}!${more}
  </section>`;
}

function dealCard(world: World, deal: CrmRecord, pipeline: Pipeline): string {
  const { values, portalId, id } = deal;
  const options = pipeline.stages
    .filter((stage) => stage.id !== values['dealstage'])
    .map((stage) => html`<option value="${stage.id}">${stage.label}</option>`);
  const people = neighbours(world, deal, 'contacts')
    .slice(0, 1)
    .flatMap((contactId) => loadRecord(world.store, { portalId, type: 'contacts' }, contactId) ?? [])
    .map((contact) => html`<a href="${recordPath(portalId, '0-1', contact.id)}">${fullName(contact)}</a>`);
  return html`<div class="card">
    <a href="${recordPath(portalId, '0-3', id)}"><strong>${values['dealname'] ?? `Deal ${id}`}</strong></a>
    <p class="quiet">${shownAmount(deal)} !${people}</p>
    <form method="post" action="${recordPath(portalId, '0-3', id)}/move">
      <select class="small" name="dealstage" required aria-label="Move ${values['dealname'] ?? id} to">
        <option value="" selected disabled>Move to</option>!${options}</select>
      <button class="small">Go</button>
    </form>
  </div>`;
}
