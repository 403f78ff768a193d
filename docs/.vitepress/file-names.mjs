/** Shows the name of a program above it: what stands in brackets behind the language, as in ```js [sensor.mjs]. */
export function fileNames(md) {
  const fence = md.renderer.rules.fence;
  md.renderer.rules.fence = (tokens, index, options, env, self) => {
    const [, name] = /\[([^\]]+)\]/.exec(tokens[index].info) ?? [];
    const block = fence(tokens, index, options, env, self);
    return name === undefined ? block : `<div class="file-name">${md.utils.escapeHtml(name)}</div>${block}`;
  };
}
