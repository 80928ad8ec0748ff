/**
 * Evaluated in the page: what in it a caller could not read or reach, in words. Contrast and size of targets are those
 * of WCAG 2.2 AA.
 */
(() => {
  const brush = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  /** Any CSS color as red, green, blue, alpha from 0 to 1, drawn over others. */
  const mixed = (...colors) => {
    brush.clearRect(0, 0, 1, 1);
    for (const color of colors) {
      brush.fillStyle = color;
      brush.fillRect(0, 0, 1, 1);
    }
    return [...brush.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
  };
  const linear = (value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const luminance = ([red, green, blue]) =>
    0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);

  const backgroundsOf = (element) => {
    const backgrounds = [];
    for (let at = element; at; at = at.parentElement)
      backgrounds.unshift(getComputedStyle(at).backgroundColor);
    return ['Canvas', ...backgrounds];
  };
  const contrastOf = (element) => {
    const backgrounds = backgroundsOf(element);
    const both = [mixed(...backgrounds), mixed(...backgrounds, getComputedStyle(element).color)];
    const [dark, light] = both.map(luminance).sort((a, b) => a - b);
    return (light + 0.05) / (dark + 0.05);
  };
  const wantedContrast = (element) => {
    const { fontSize, fontWeight } = getComputedStyle(element);
    const px = Number.parseFloat(fontSize);
    return px >= 24 || (px >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
  };
  /** What is hidden for the eye only is 1 px wide. */
  const isSeen = (element) =>
    element.checkVisibility({ visibilityProperty: true }) && element.getBoundingClientRect().width > 1;
  const nameOf = (element) => `${element.tagName.toLowerCase()} «${element.textContent.trim().slice(0, 40)}»`;

  const all = [...document.body.querySelectorAll('*')].filter(isSeen);
  const hasText = ({ childNodes }) =>
    [...childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim() !== '');
  const faint = all
    .filter((element) => hasText(element) && !element.closest(':disabled'))
    .filter((element) => contrastOf(element) < wantedContrast(element))
    .map((element) => `contrast ${contrastOf(element).toFixed(2)}: ${nameOf(element)}`);
  // A phone's browser zooms out for what is too wide, and `innerWidth` with it.
  const width = document.documentElement.clientWidth;
  const outside = all
    .filter((element) => {
      const { left, right } = element.getBoundingClientRect();
      return left < -0.5 || right > width + 0.5;
    })
    .map((element) => `beyond the screen: ${nameOf(element)}`);
  const tiny = all
    .filter(() => matchMedia('(pointer: coarse)').matches)
    .filter((element) => element.matches('button, select, input:not([type=checkbox]), summary'))
    .filter((element) => element.getBoundingClientRect().height < 24)
    .map((element) => `too small to touch: ${nameOf(element)}`);
  return [...new Set([...faint, ...outside, ...tiny])];
})();
