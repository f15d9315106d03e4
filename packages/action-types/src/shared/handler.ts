/** What an action exports for a trigger. Its promise is awaited; what it resolves to is ignored. */
export type Handler<Event, Api> = (event: Event, api: Api) => Promise<void> | void;
