// Streamlit calls a component's module with each new data, and what that returns when it is gone.

/**
 * What Streamlit gives a component.
 * @typedef {object} Component
 * @property {ShadowRoot} parentElement
 * @property {any} data what Python sent
 * @property {(name: string, value: unknown) => void} setStateValue
 * @property {(name: string, value: unknown) => void} setTriggerValue
 */

/**
 * @typedef {object} Instance
 * @property {(data: any, component: Component) => void} update
 * @property {() => void} [destroy]
 */

/**
 * The function to export: one instance of `Kind` for each element, updated with each new data.
 * @param {new (parent: ShadowRoot) => Instance} Kind
 * @returns {(component: Component) => () => void}
 */
export function mounting(Kind) {
  /** @type {WeakMap<ShadowRoot, Instance>} */
  const instances = new WeakMap(); // by parentElement
  return (component) => {
    const { parentElement, data } = component;
    const instance = instances.get(parentElement) ?? new Kind(parentElement);
    instances.set(parentElement, instance);
    instance.update(data, component);
    return () => {
      instance.destroy?.();
      instances.delete(parentElement);
    };
  };
}
