// A question to the class: options to vote for, the number of votes, and at last the answer.

import { element, write } from "../kit/elements.js";
import { count } from "../kit/numbers.js";
import { paintTile } from "./paint.js";

const HIDDEN = "cnnviz-hidden-questions"; // in the browser's own storage
const MOST_HIDDEN = 50;

/** The ids of the questions that somebody hid in this browser, the newest last. */
function hiddenQuestions() {
  try {
    return new Set(JSON.parse(localStorage.getItem(HIDDEN)));
  } catch {
    return new Set(); // it keeps nothing, or something else
  }
}

function keepHidden(ids) {
  try {
    localStorage.setItem(HIDDEN, JSON.stringify([...ids].slice(-MOST_HIDDEN)));
  } catch {
    // It keeps nothing: then they are hidden until the page is loaded again.
  }
}

export class VotePanel {
  /** `vote(question id, option)` sends a vote. */
  constructor(palettes, vote) {
    this.palettes = palettes;
    this.presenter = false; // who asks does not vote
    this.vote = vote;
    this.root = element("section", "panel question");
    this.text = element("h3");
    this.tiles = { source: element("canvas", "shown"), shown: element("canvas", "shown") };
    const tiles = element("div", "about");
    tiles.append(...Object.values(this.tiles));
    this.options = element("div", "options");
    this.options.setAttribute("role", "group");
    this.votes = element("p", "votes");
    this.votes.setAttribute("aria-live", "polite");
    this.hidden = hiddenQuestions(); // there too when the view is mounted anew
    this.hide = element("button", "hide", "Hide");
    this.hide.type = "button";
    this.hide.onclick = () => {
      this.hidden.add(this.question);
      keepHidden(this.hidden);
      this.root.hidden = true;
    };
    // The answer before the bars: on a projector what is below the fold is not there.
    this.root.append(this.text, tiles, this.votes, this.options, this.hide);
  }

  draw(source) {
    const { question, votes = 0, closed, watching = 0, revealed, voted, refused } = source;
    this.question = question?.id;
    this.root.hidden = !question || this.hidden.has(question.id);
    if (this.root.hidden) return;
    this.hide.hidden = !revealed;
    const key = JSON.stringify([question, revealed, closed, this.presenter]);
    if (key !== this.painted) {
      this.painted = key;
      window.dispatchEvent(new CustomEvent("cnnviz-question", { detail: question.id }));
      this.build(question, revealed, closed);
    }
    this.show(question.id, Boolean(revealed));
    this.buttons.forEach((button, at) => button.setAttribute("aria-pressed", String(voted === at)));
    const cast = `${count(votes)} ${votes === 1 ? "vote" : "votes"}`;
    if (source.socket.blocked && !revealed) write(this.votes, `${cast} so far. To vote, this browser needs the live connection.`);
    else if (refused) write(this.votes, refused);
    else if (revealed) write(this.votes, revealed.words || `${cast} in all.`);
    else if (closed) write(this.votes, `Voting is closed: ${cast}.`);
    else if (this.presenter && watching) {
      write(this.votes, `${cast} so far, with ${count(watching)} ${watching === 1 ? "browser" : "browsers"} watching.`);
    } else write(this.votes, (voted ?? null) === null ? `${cast} so far.` : `${cast} so far. Your vote counts; choose another answer to change it.`);
    this.root.dataset.revealed = String(Boolean(revealed));
  }

  /** Bring a question into view when it is asked, and again when it is answered. */
  show(id, revealed) {
    const news = `${id} ${revealed}`;
    if (news === this.news) return;
    // Answered before this page was opened: it stands in its place.
    const old = revealed && this.news !== `${id} false`;
    this.news = news;
    if (old) return;
    const calm = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    requestAnimationFrame(() => this.root.scrollIntoView({ behavior: calm ? "auto" : "smooth", block: "nearest" }));
  }

  build(question, revealed, closed) {
    write(this.text, question.text);
    for (const [name, canvas] of Object.entries(this.tiles)) {
      canvas.hidden = !question[name];
      if (question[name]) paintTile(canvas, question[name], this.palettes);
    }
    const counts = revealed?.counts ?? [];
    const most = Math.max(1, ...counts);
    this.buttons = question.options.map((option, at) => {
      const button = element("button", "option");
      button.type = "button";
      button.disabled = Boolean(revealed || closed) || this.presenter;
      if (option.tile) {
        const tile = element("canvas");
        paintTile(tile, option.tile, this.palettes);
        button.append(tile);
      }
      const answer = revealed?.answer === at;
      button.append(element("span", "label", `${answer ? "\u2713 " : ""}${option.label}`));
      button.classList.toggle("answer", answer);
      if (revealed) {
        const [track, fill] = [element("span", "track"), element("span", "fill")];
        fill.style.transform = `scaleX(${(counts[at] ?? 0) / most})`;
        track.append(fill);
        button.append(track, element("span", "share", count(counts[at] ?? 0)));
      }
      button.onclick = () => this.vote(question.id, at);
      return button;
    });
    this.options.replaceChildren(...this.buttons);
  }
}
