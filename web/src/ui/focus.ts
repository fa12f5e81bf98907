/** As a `ref`: the button that was pressed is gone, and the keyboard goes on here. */
export const focus = (element: HTMLElement | null): void => element?.focus();
