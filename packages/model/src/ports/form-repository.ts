import type { Form, NewForm } from '../entities/form.ts';
import type { Page, PageQuery } from './page.ts';

/** Forms that Actions render. */
export interface FormRepository {
  create(form: NewForm): Promise<Form>;
  find(id: string): Promise<Form | undefined>;
  /** In order of creation. */
  list(query: PageQuery): Promise<Page<Form>>;
  count(): Promise<number>;
  update(id: string, patch: Partial<Pick<Form, 'name' | 'content'>>): Promise<Form | undefined>;
  /** Notes that a person has sent it. */
  noteSubmission(id: string, at: Date): Promise<void>;
  delete(id: string): Promise<boolean>;
}
