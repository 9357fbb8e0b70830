// What the page can do beyond being read: details on hover and focus, keys, filters. Nothing here makes markup of
// text: every string goes through textContent.
//
// data: [types, documents]; type: [name, classes]; document: [entities, mentions]
// entity: [id, name, type, gazetteer, count, link]
// mention: [entity, score, forms, rule, follows, candidates, explanation]; candidate: [entity, score]
// explanation: [candidates, weight of nothing, parts]
//   candidate: [entity, name, rule, form factor, weight, score, parts]; part: [rule, factor, detail, mentions]
"use strict";
(() => {
  const [types, documents] = JSON.parse(document.getElementById("data").textContent);
  const root = document.documentElement;
  const card = document.getElementById("card");
  const main = document.querySelector("main");
  root.classList.add("js");

  const forms = {
    "exact": "as the name is written",
    "case": "other capitals than the name's",
    "diacritics": "other diacritics than the name's",
    "possessive": "a possessive or a plural",
    "seam": "a part of a glued word",
    "hyphen": "a hyphen or apostrophe more or less",
    "line-break": "cut by a hyphen at the end of a line",
    "particle": "with a particle or an article written on to it",
    "short": "a short name; the document names the entity in full",
  };
  const make = (tag, text, ...children) => {
    const element = document.createElement(tag);
    if (text) element.textContent = text;
    element.append(...children);
    return element;
  };
  const number = (value) => String(Math.round(value * 10000) / 10000);

  // A mark is known by its id, d1m2; a later piece of it by data-m.
  const known = (mark) => /^d(\d+)m(\d+)$/.exec(mark.dataset.m || mark.id);
  const markOf = (d, m) => document.getElementById(`d${d}m${m}`);
  const marks = Array.from(main.querySelectorAll("mark[id]"));
  const pieces = new Map();
  for (const piece of main.querySelectorAll("mark[data-m]")) {
    const list = pieces.get(piece.dataset.m) || [];
    list.push(piece);
    pieces.set(piece.dataset.m, list);
  }
  const whole = (mark) => [mark, ...(pieces.get(mark.id) || [])];
  const place = new Map(marks.map((mark, index) => [mark, index]));

  // --- the card

  let shown = null;
  let timer = 0;

  const jump = (text, d, m) => {
    const button = make("button", text);
    button.type = "button";
    button.addEventListener("click", () => go(markOf(d, m)));
    return button;
  };
  const textOf = (d, m) => {
    const mark = markOf(d, m);
    if (!mark) return "";
    const copy = mark.cloneNode(true);
    for (const label of copy.querySelectorAll(".k")) label.remove();
    return copy.textContent;
  };
  const row = (name, value, part) => {
    const line = make("tr", "", make("td", "", name), make("td", value));
    if (part) line.className = "part";
    return line;
  };
  const partRow = (d, [rule, factor, detail, mentions], sign) => {
    const name = make("span", (rule || "").replaceAll("-", " ") + (detail ? `: ${detail}` : ""));
    for (const m of mentions || []) name.append(" ", jump(textOf(d, m), d, m));
    return row(name, sign + number(factor), true);
  };

  const fill = (d, m) => {
    const [entities, mentions] = documents[d];
    const [entity, score, how, rule, follows, candidates, explanation] = mentions[m];
    card.replaceChildren();
    const to = entities[entity];
    card.append(make("h4", "", make("span", to ? to[1] : "No entity"), make("b", number(score))));
    if (to) {
      const about = make("p", "");
      about.className = "sub";
      about.append(`${types[to[2]][0] || "entity"} · `);
      if (to[5]) {
        const link = make("a", to[0]);
        link.href = to[5];
        link.rel = "noreferrer";
        about.append(link);
      } else about.append(to[0]);
      about.append(` · ${to[3]}`);
      card.append(about);
    }
    const list = make("dl", "");
    for (const form of how) list.append(make("dt", form), make("dd", forms[form] || ""));
    if (rule) list.append(make("dt", "rule"), make("dd", rule.replaceAll("-", " ")));
    if (follows !== null) {
      list.append(make("dt", "follows"), make("dd", "", jump(textOf(d, follows), d, follows)));
    }
    card.append(list);
    const table = make("table", "");
    if (explanation) {
      const [ranked, nothing, parts] = explanation;
      for (const [one, name, derived, factor, weight, result, made] of ranked) {
        const title = entities[one] ? `${entities[one][1]} (${entities[one][0]})` : name;
        table.append(row(make("span", title), number(result)));
        if (name) table.append(row(make("span", `matches ${name}${derived ? `, ${derived.replaceAll("-", " ")}` : ""}`), "", true));
        for (const part of made) table.append(partRow(d, part, "× "));
        table.append(row(make("span", "weight"), number(weight), true));
        table.append(row(make("span", "what the forms leave"), `× ${number(factor)}`, true));
      }
      if (nothing > 0) {
        table.append(row(make("span", "No entity"), number(nothing)));
        for (const part of parts) table.append(partRow(d, part, "+ "));
      }
      card.append(make("h5", "Why"), table);
    } else if (candidates.length) {
      for (const [one, result] of candidates) {
        const candidate = entities[one];
        table.append(row(make("span", candidate ? `${candidate[1]} (${candidate[0]})` : ""), number(result)));
      }
      card.append(make("h5", "Candidates"), table);
    }
  };

  const show = (mark, anchor) => {
    clearTimeout(timer);
    const [, d, m] = known(mark);
    const first = markOf(d, m) || mark;
    if (shown !== first) {
      if (shown) for (const piece of whole(shown)) piece.classList.remove("now");
      shown = first;
      // The card says it better, and once.
      first.removeAttribute("title");
      first.setAttribute("aria-describedby", "card");
      for (const piece of whole(first)) piece.classList.add("now");
      fill(Number(d), Number(m));
    }
    card.hidden = false;
    if (getComputedStyle(card).position === "fixed") {
      // At the foot of a small page: what it describes must not be under it.
      return;
    }
    const box = (anchor || mark).getClientRects()[0] || mark.getBoundingClientRect();
    const left = Math.min(box.left, root.clientWidth - card.offsetWidth - 12);
    const below = box.bottom + card.offsetHeight + 14 < innerHeight || box.top < card.offsetHeight + 14;
    const top = below ? box.bottom + 8 : box.top - card.offsetHeight - 8;
    card.style.left = `${Math.max(12, left) + scrollX}px`;
    card.style.top = `${top + scrollY}px`;
  };
  const hide = () => {
    clearTimeout(timer);
    if (shown) {
      for (const piece of whole(shown)) piece.classList.remove("now");
      shown.removeAttribute("aria-describedby");
    }
    shown = null;
    card.hidden = true;
  };

  // --- where the reader is

  let stop = null;
  const stopAt = (mark) => {
    if (stop) stop.tabIndex = -1;
    stop = mark;
    mark.tabIndex = 0;
  };
  for (const mark of main.querySelectorAll('mark[tabindex="0"]')) mark.tabIndex = -1;
  if (marks.length) stopAt(marks[0]);

  const go = (mark) => {
    if (!mark) return;
    stopAt(mark);
    mark.focus({ preventScroll: true });
    mark.scrollIntoView({ block: "center", behavior: "instant" });
    // What lies between is laid out only now: look again where the mark came to stand.
    requestAnimationFrame(() => {
      mark.scrollIntoView({ block: "center", behavior: "instant" });
      show(mark);
    });
  };
  const step = (by) => {
    const wanted = (mark) => !mark.classList.contains("off") && (!only || mark.classList.contains("hit"));
    const from = document.activeElement === stop ? place.get(stop) : by > 0 ? place.get(stop) - 1 : place.get(stop);
    for (let index = from + by; index >= 0 && index < marks.length; index += by) {
      if (wanted(marks[index])) return go(marks[index]);
    }
  };

  // --- filters

  let only = null;
  const entityRow = (target) => target.closest && target.closest("aside li");
  const filter = (line) => {
    const again = only === line;
    for (const mark of main.querySelectorAll(".hit")) mark.classList.remove("hit");
    if (only) {
      only.classList.remove("on");
      only.querySelector(".e").setAttribute("aria-pressed", "false");
      only.closest("article").classList.remove("some");
    }
    only = again ? null : line;
    if (!only) return;
    const [, d, e] = /^d(\d+)e(\d+)$/.exec(only.id);
    only.classList.add("on");
    only.querySelector(".e").setAttribute("aria-pressed", "true");
    only.closest("article").classList.add("some");
    let first = null;
    documents[d][1].forEach((mention, m) => {
      if (mention[0] !== Number(e)) return;
      const mark = markOf(d, m);
      first = first || mark;
      for (const piece of whole(mark)) piece.classList.add("hit");
    });
    hide();
    if (first) {
      stopAt(first);
      first.scrollIntoView({ block: "center" });
    }
  };
  const rows = Array.from(main.querySelectorAll("aside .e"));
  let current = null;
  const row0 = (link, index) => {
    link.setAttribute("role", "button");
    link.setAttribute("aria-pressed", "false");
    for (const one of [link, ...link.parentNode.querySelectorAll("small a")]) one.tabIndex = index === 0 ? 0 : -1;
    if (index === 0) current = link;
  };
  rows.forEach(row0);
  const rowAt = (link) => {
    const set = (one, value) => {
      for (const part of [one, ...one.parentNode.querySelectorAll("small a")]) part.tabIndex = value;
    };
    if (current) set(current, -1);
    current = link;
    set(link, 0);
  };
  const toEntity = (mark) => {
    const [, d, m] = known(mark);
    const entity = documents[d][1][m][0];
    const line = entity === null ? null : document.getElementById(`d${d}e${entity}`);
    if (!line) return;
    hide();
    const link = line.querySelector(".e");
    rowAt(link);
    link.focus({ preventScroll: true });
    line.scrollIntoView({ block: "nearest", behavior: "instant" });
  };

  for (const box of document.querySelectorAll("input[data-type]")) {
    box.checked = true;
    box.addEventListener("change", () => {
      const kind = Number(box.dataset.type);
      documents.forEach(([entities, mentions], d) => mentions.forEach((mention, m) => {
        if ((mention[0] === null ? -1 : entities[mention[0]][2]) !== kind) return;
        for (const piece of whole(markOf(d, m))) piece.classList.toggle("off", !box.checked);
      }));
    });
  }
  const labels = document.getElementById("labels");
  labels.checked = true;
  labels.addEventListener("change", () => root.classList.toggle("nolabels", !labels.checked));

  // --- events, each once for the page

  const markAt = (target) => target.closest && target.closest("main mark");
  const usable = (mark) => {
    let one = mark;
    while (one && one.classList.contains("off")) one = one.parentNode.closest("main mark");
    return one;
  };
  main.addEventListener("pointerover", (event) => {
    const mark = usable(markAt(event.target));
    if (!mark || event.pointerType === "touch") return;
    clearTimeout(timer);
    timer = setTimeout(() => show(mark, event.target), shown ? 60 : 120);
  });
  const leave = (event) => {
    const to = event.relatedTarget;
    if (event.pointerType === "touch" || (to && (card.contains(to) || markAt(to)))) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (document.activeElement && document.activeElement === shown) return;
      hide();
    }, 250);
  };
  main.addEventListener("pointerout", leave);
  card.addEventListener("pointerout", leave);
  card.addEventListener("pointerover", () => clearTimeout(timer));
  main.addEventListener("focusin", (event) => {
    const mark = event.target.matches("mark") && event.target;
    if (mark) {
      stopAt(mark);
      show(mark);
    } else if (event.target.matches(".e")) rowAt(event.target);
  });
  main.addEventListener("focusout", (event) => {
    if (event.target === shown && !(event.relatedTarget && card.contains(event.relatedTarget))) hide();
  });
  document.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const line = entityRow(event.target);
    if (line && event.target.closest(".e")) {
      event.preventDefault();
      filter(line);
      return;
    }
    const mark = usable(markAt(event.target));
    if (!mark) {
      if (!card.contains(event.target)) hide();
      return;
    }
    if (event.target.closest(".k")) {
      event.preventDefault();
      toEntity(mark);
      return;
    }
    const [, d, m] = known(mark);
    markOf(d, m).focus({ preventScroll: true });
    show(mark);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const at = document.activeElement;
    const mark = at && at.matches("main mark") ? at : null;
    const inList = at && at.matches("aside .e");
    let done = true;
    if (event.key === "n") step(1);
    else if (event.key === "p") step(-1);
    else if (event.key === "Escape") {
      if (!card.hidden) hide();
      else if (only) filter(only);
    } else if (event.key === "Enter" && mark) toEntity(mark);
    else if (event.key === "f" && mark) {
      const [, d, m] = known(mark);
      const follows = documents[d][1][m][4];
      if (follows !== null) go(markOf(d, follows));
    } else if ((event.key === "Enter" || event.key === " ") && inList) filter(entityRow(at));
    else if (inList && ["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) {
      const index = rows.indexOf(at);
      const to = { ArrowDown: index + 1, ArrowUp: index - 1, Home: 0, End: rows.length - 1 }[event.key];
      if (rows[to]) rows[to].focus();
    } else done = false;
    if (done) event.preventDefault();
  });
})();
