/** A form of one step that asks for a city, as the management API takes it. */
export const DETAILS_FORM = {
  name: 'Details',
  nodes: [
    {
      id: 'step_1',
      type: 'STEP',
      config: {
        components: [
          { id: 'city', category: 'FIELD', type: 'TEXT', label: 'City', required: true },
        ],
        next_node: '$ending',
      },
    },
  ],
  start: { next_node: 'step_1' },
  ending: { resume_flow: true },
};
