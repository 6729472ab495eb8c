export const dataset = 5
