// Streamlit calls a component's module with each new data, and what that returns when it is gone.

/** The function to export: one instance of `Kind` for each element, updated with each new data. */
export function mounting(Kind) {
  const instances = new WeakMap(); // by parentElement
  return (component) => {
    const { parentElement, data } = component;
    let instance = instances.get(parentElement);
    if (!instance) {
      instance = new Kind(parentElement);
      instances.set(parentElement, instance);
    }
    instance.update(data, component);
    return () => {
      instance.destroy?.();
      instances.delete(parentElement);
    };
  };
}
