"""What tests measure on a page, as functions of the browser."""

from __future__ import annotations

from typing import Final

CONTRAST: Final = """() => {
  const rgb = c => (c.match(/[0-9.]+/g) || []).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = e => { while (e) { const c = rgb(getComputedStyle(e).backgroundColor);
    if (c.length === 3 || c[3] === 1) return c; e = e.parentElement; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll('body *')) {
    if (e.closest('svg') || ![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim())) continue;
    const a = light(rgb(getComputedStyle(e).color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(e.className + ': ' + e.textContent.slice(0, 20) + ' ' + ratio.toFixed(2));
  }
  return poor; }"""
"""Texts with a contrast under 4.5 to 1 (WCAG 2.2, 1.4.3)."""

OUTSIDE: Final = """() => {
  const wide = document.documentElement.clientWidth;
  const scrolls = e => { for (e = e.parentElement; e && e !== document.body; e = e.parentElement) {
    if (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX)) return true; } };
  return [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    const unseen = box.width <= 1 || e.closest('.unseen, .skip, defs') || scrolls(e);
    return !unseen && (box.right > wide + 1 || box.left < -1); })
    .map(e => e.tagName + '.' + (e.className.baseVal ?? e.className) + ' ' + e.textContent.slice(0, 30)); }"""
"""Elements that reach over the sides of the screen."""

OVERLAPS: Final = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('svg')) {
    const boxes = [...svg.querySelectorAll('text')].map(e => [e, e.getBoundingClientRect()])
      .filter(([e, box]) => box.width > 0 && box.height > 0);
    boxes.forEach(([a, one], i) => boxes.slice(i + 1).forEach(([b, two]) => {
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (across > 1 && down > 3) found.push(a.textContent.trim() + ' / ' + b.textContent.trim());
    }));
  }
  return found; }"""
"""Pairs of labels in a drawing that lie upon each other."""

TEXT_OVERLAPS: Final = """() => {
  const clipped = e => { for (; e && e !== document.body; e = e.parentElement) {
    const style = getComputedStyle(e);
    if (style.position === 'absolute' && (e.offsetWidth <= 1 || style.clipPath !== 'none')) return true; }
    return false; };
  const seen = {contentVisibilityAuto: true, visibilityProperty: true};
  const shown = e => e.checkVisibility(seen) && !clipped(e);
  const bearing = [...document.querySelectorAll('main *')].filter(e => !e.closest('svg, .unseen')
    && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && shown(e));
  const name = e => e.tagName + '.' + e.className + ' ' + e.textContent.trim().slice(0, 30);
  const within = (box, e) => { let {left, right, top, bottom} = box;
    for (; e && e !== document.body; e = e.parentElement) if (getComputedStyle(e).overflowY !== 'visible') {
      const frame = e.getBoundingClientRect();
      left = Math.max(left, frame.left); right = Math.min(right, frame.right);
      top = Math.max(top, frame.top); bottom = Math.min(bottom, frame.bottom); }
    return {left, right, top, bottom}; };
  const lines = e => [...e.childNodes].filter(n => n.nodeType === 3 && n.textContent.trim()).flatMap(n => {
    const range = document.createRange(); range.selectNodeContents(n);
    return [...range.getClientRects()].map(box => within(box, e)); });
  const boxes = bearing.flatMap(e => lines(e).map(box => [e, box])).sort((a, b) => a[1].top - b[1].top);
  const found = [];
  for (let i = 0; i < boxes.length; i += 1) {
    for (let j = i + 1; j < boxes.length && boxes[j][1].top < boxes[i][1].bottom - 3; j += 1) {
      const [a, one] = boxes[i], [b, two] = boxes[j];
      const across = Math.min(one.right, two.right) - Math.max(one.left, two.left);
      const down = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
      if (a !== b && across > 2 && down > 5)
        found.push(name(a) + ' / ' + name(b));
    }
  }
  return found.slice(0, 5); }"""
"""Pairs of texts outside drawings that lie upon each other."""

FOCUS: Final = """() => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const all = [...document.querySelectorAll('*')];
  const ring = (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2)
    || style.boxShadow !== 'none';
  const seen = box.width > 1 && box.height > 1 && box.bottom > 0 && box.top < innerHeight;
  return {tag: e.tagName, place: all.indexOf(e), ring: ring, seen: seen}; }"""
"""Where the focus is: which element, whether a ring shows it, whether it is in sight."""
