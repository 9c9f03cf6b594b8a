// Keeps the figures and the table of the start page up to date.
// Names and Call-IDs come from the network: they only ever become text nodes, never markup.
"use strict";

const REFRESH_MS = 2000;
const TIMEOUT_MS = 8000;
const ROWS = 200;
const DIRECTIONS = ["caller_to_callee", "callee_to_caller"];
const RESULTS = ["unscored", "good", "degraded", "bad"];
const SCALES = { narrowband: "NB", wideband: "WB", fullband: "FB" };

const byId = (id) => document.getElementById(id);
// A number stays on the line of its unit.
const whole = (text) => text.replaceAll(" ", "\u00a0");
// What is written from right to left stays on its side of the arrow; so <bdi> does in the page.
const isolated = (text) => `\u2068${text}\u2069`;
const percent = (ratio, digits) => `${(100 * ratio).toFixed(digits)} %`;

function element(name, className, text) {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  return made;
}

async function fetchJson(path) {
  const response = await fetch(path, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${path}: status ${response.status}`);
  return response.json();
}

function clock(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const parts = [Math.floor(whole / 60) % 60, whole % 60].map((part) => String(part).padStart(2, "0"));
  const hours = Math.floor(whole / 3600);
  return (hours ? [hours, ...parts] : parts).join(":");
}

// By what streams of one direction are ranked: audio before video, one that runs before one that ran,
// then the newest window, and of those that ended together (on both sides of a relay) the worst.
function rank(stream) {
  const window = stream.last_window || { end_s: -Infinity, result: "", mos_lq: null, loss_ratio: 0 };
  const harm = [RESULTS.indexOf(window.result), -window.mos_lq, window.loss_ratio];
  return [stream.audio, stream.active, window.end_s, ...harm, stream.last_s];
}

function currentStream(streams) {
  const [first, ...others] = streams;
  return others.reduce((best, stream) => {
    const [held, found] = [rank(best), rank(stream)];
    const at = held.findIndex((value, index) => value !== found[index]);
    return at >= 0 && found[at] > held[at] ? stream : best;
  }, first);
}

// The streams for the two halves of a row; where directions are not known, simply two streams.
function streamsOfRow(call) {
  const known = DIRECTIONS.map((direction) =>
    currentStream(call.streams.filter((stream) => stream.direction === direction)));
  const unknown = call.streams.filter((stream) => !DIRECTIONS.includes(stream.direction));
  return known.map((stream) => stream || unknown.shift());
}

function callCell(call) {
  const cell = element("td", "", "");
  cell.setAttribute("role", "rowheader");
  const parties = [call.caller || "?", call.callee || "?"];
  const link = element("a", "parties", "");
  const [caller, callee] = parties.map((party) => element("bdi", "", party));
  link.append(caller, " → ", callee);
  link.href = `api/v1/calls/${encodeURIComponent(call.call_id)}`;
  link.title = parties.map(isolated).join(" → ");
  cell.append(link, element("span", "call-id", call.call_id));
  for (const anomaly of call.anomalies) cell.append(element("span", "note", anomaly.replaceAll("_", " ")));
  return cell;
}

function stateText(call) {
  return call.state === "active" && call.on_hold ? "on hold" : call.state;
}

function mosCell(window) {
  const cell = element("td", "group", "");
  if (!window) {
    cell.append(element("span", "absent", "–"));
    return cell;
  }
  const score = window.mos_lq === null ? "–" : window.mos_lq.toFixed(2);
  const mos = element("span", `mos ${window.result}`, score);
  mos.title = window.reason ? `${window.result}: ${window.reason.replaceAll("_", " ")}` : window.result;
  cell.append(mos);
  return cell;
}

// What the receiver heard, where it has reported, stands in the tooltip.
function faultCell(stream) {
  const fault = stream ? stream.fault : "";
  const cell = element("td", `fault ${fault.replaceAll(" ", "-")}`, fault);
  if (stream && stream.downstream_loss_ratio !== null) {
    cell.title = `lost after the tap: ${percent(stream.downstream_loss_ratio, 1)}`;
  }
  return cell;
}

function tripCell(call) {
  const trip = call.round_trip_s;
  return element("td", "number", trip ? `${Math.round(1000 * trip.last)} ms` : "–");
}

function streamCells(stream) {
  const window = stream && stream.last_window;
  const timed = window && window.jitter_s !== null;
  return [
    mosCell(window),
    element("td", "number", window ? percent(window.loss_ratio, 1) : ""),
    element("td", "number", timed ? `${(1000 * window.jitter_s).toFixed(1)} ms` : ""),
    element("td", "codec", stream ? stream.codec || "unknown" : ""),
    faultCell(stream),
  ];
}

function row(call) {
  const made = document.createElement("tr");
  made.append(
    callCell(call),
    element("td", "", stateText(call)),
    element("td", "number", clock(call.duration_s)),
    tripCell(call),
    ...streamsOfRow(call).flatMap(streamCells),
  );
  return made;
}

// What shows the same as before stays where it is, so that a Call-ID can be selected and copied.
function keptRow(former, call) {
  const made = row(call);
  if (!former) return made;
  [...made.cells].forEach((cell, index) => {
    const shown = former.cells[index];
    if (!shown.isEqualNode(cell)) shown.replaceWith(cell);
  });
  return former;
}

let rows = new Map();

function showRows(calls) {
  const body = byId("calls");
  const focused = document.activeElement;
  const keyed = calls.map((call) => [`${call.call_id} ${call.start_s}`, call]);
  const former = rows;
  rows = new Map(keyed.map(([key, call]) => [key, keptRow(former.get(key), call)]));
  for (const [key, gone] of former) if (!rows.has(key)) gone.remove();
  [...rows.values()].forEach((shown, index) => {
    if (body.rows[index] !== shown) body.insertBefore(shown, body.rows[index] || null);
  });
  // A row that moves to another place would lose it.
  if (body.contains(focused)) focused.focus({ preventScroll: true });
}

// To those who listen to the page: the time of each fetch would interrupt them every two seconds.
function say(text) {
  if (byId("said").textContent !== text) byId("said").textContent = text;
}

function showCalls(answer) {
  showRows(answer.calls);
  byId("empty").hidden = answer.calls.length > 0;
  const shown = answer.calls.length < answer.matching ? `worst ${answer.calls.length} of ${answer.matching} calls, ` : "";
  byId("status").className = "";
  byId("status").textContent = `${shown}as of ${new Date().toLocaleTimeString()}`;
  say("");
}

// One mean per scale: scores on different scales are not comparable.
function meanMos(statistics) {
  const scales = Object.entries(statistics.scales);
  const means = scales.map(([scale, of]) => whole(`${of.mos_lq.mean.toFixed(2)} ${SCALES[scale] || ""}`.trim()));
  return means.join(" · ") || "–";
}

function showFigures(statistics) {
  const share = statistics.calls_with_issues_ratio;
  const issues = statistics.calls_with_issues.toLocaleString();
  byId("calls-active").textContent = statistics.calls_active.toLocaleString();
  byId("calls-total").textContent = statistics.calls_total.toLocaleString();
  byId("mos").textContent = meanMos(statistics);
  byId("mos").parentElement.classList.toggle("wide", Object.keys(statistics.scales).length > 1);
  byId("issues").textContent = share === null ? issues : `${issues} (${whole(percent(share, 0))})`;
  byId("loss").textContent = statistics.loss_ratio === null ? "–" : percent(statistics.loss_ratio, 2);
}

function showLost(error) {
  byId("status").className = "lost";
  byId("status").textContent = `not up to date: ${error.message}`;
  say("Calls are not up to date.");
}

async function refresh() {
  try {
    const [calls, statistics] = await Promise.all([
      fetchJson(`api/v1/calls?state=active&state=setup&limit=${ROWS}`),
      fetchJson("api/v1/statistics"),
    ]);
    showCalls(calls);
    showFigures(statistics);
  } catch (error) {
    showLost(error);
  }
  setTimeout(refresh, REFRESH_MS);
}

refresh();
